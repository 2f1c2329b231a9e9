import type { By, NewAuditEvent } from "../audit/event";
import type { Timepiece } from "../clock";
import { newUuidv7 } from "../session/uuidv7";
import type { Stores } from "../stores";
import type { BanState } from "../users/store";
import type { ChangeDetails } from "./store";

/**
 * Notes a change to a player, in its transaction: how to take it back, and who did it. Both have the same id.
 * @returns that id
 */
export async function record(
  { accountChanges, audit }: Pick<Stores, "accountChanges" | "audit">,
  clock: Timepiece,
  userId: number,
  change: ChangeDetails,
  by: By,
): Promise<string> {
  const id = newUuidv7(clock);
  await accountChanges.put(id, userId, change);
  await audit.append(id, { action: change.kind, userId, ...statesOf(change), ...by });
  return id;
}

/** What changed, without what names an account elsewhere. */
export function statesOf(change: ChangeDetails): Pick<NewAuditEvent, "before" | "after"> {
  switch (change.kind) {
    case "link":
      return { after: { provider: change.provider } };
    case "unlink":
      return { before: { provider: change.identities[0]?.provider } };
    case "merge":
      return { before: { ...change.before, merged_user_id: change.givenUp }, after: { ...change.after } };
    case "rename":
      return { before: { name: change.before.name.name }, after: { name: change.after.name.name } };
    case "ban":
    case "unban":
      return { ...banned("before", change.before), ...banned("after", change.after) };
    case "end_sessions":
      return { after: { sessions: change.endedSessions.length } };
    case "roles":
      return { before: { roles: change.before }, after: { roles: change.after } };
    case "note":
      return { after: { note: change.noteId } };
  }
}

function banned<Side extends string>(side: Side, { banned_at, banned_until, ban_reason }: BanState) {
  const until = banned_until === null ? null : new Date(banned_until).toISOString();
  return banned_at === null ? {} : { [side]: { until, reason: ban_reason } };
}
