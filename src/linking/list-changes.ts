import type { ChangeListed } from "./model";
import { type AccountChange, type AccountChangeStore, UNDO_SECONDS } from "./store";

/** What of a player can be taken back, or has been, the latest first. Times are ISO 8601, UTC. */
export async function listChanges(changes: AccountChangeStore, userId: number): Promise<ChangeListed[]> {
  return (await changes.list(userId)).map((change) => ({
    id: change.id,
    kind: change.kind,
    providers: providersOf(change),
    user_id: change.kind === "merge" ? change.givenUp : null,
    created_at: change.createdAt.toISOString(),
    undo_until: undoUntil(change),
    undone_at: change.undoneAt?.toISOString() ?? null,
  }));
}

function undoUntil(change: AccountChange): string {
  if (change.kind === "delete") return change.deletesAt;
  return new Date(change.createdAt.getTime() + UNDO_SECONDS * 1_000).toISOString();
}

function providersOf(change: AccountChange): string[] {
  if (change.kind === "link") return [change.provider];
  if (change.kind === "delete") return [];
  return [...new Set(change.identities.map(({ provider }) => String(provider)))].sort();
}
