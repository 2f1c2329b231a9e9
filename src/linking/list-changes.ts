import type { ChangeListed } from "./model";
import { type AccountChange, type AccountChangeStore, PLAYERS_OWN, UNDO_SECONDS } from "./store";

type Own = Extract<AccountChange, { kind: (typeof PLAYERS_OWN)[number] }>;

/** What of a player they can take back, or have, the latest first. Times are ISO 8601, UTC. */
export async function listChanges(changes: AccountChangeStore, userId: number): Promise<ChangeListed[]> {
  return (await changes.list(userId, PLAYERS_OWN)).filter(isOwn).map((change) => ({
    id: change.id,
    kind: change.kind,
    providers: providersOf(change),
    user_id: change.kind === "merge" ? change.givenUp : null,
    ...undoTimes(change),
  }));
}

/** Until when a change can be taken back, and when it was. */
export function undoTimes({ createdAt, undoneAt }: Pick<AccountChange, "createdAt" | "undoneAt">) {
  return {
    created_at: createdAt.toISOString(),
    undo_until: new Date(createdAt.getTime() + UNDO_SECONDS * 1_000).toISOString(),
    undone_at: undoneAt?.toISOString() ?? null,
  };
}

/** Whether a player may take a change to them back by themselves. */
export function isOwn(change: AccountChange): change is Own {
  return (PLAYERS_OWN as readonly string[]).includes(change.kind);
}

function providersOf(change: Own): string[] {
  if (change.kind === "link") return [change.provider];
  return [...new Set(change.identities.map(({ provider }) => String(provider)))].sort();
}
