import type { By, NewAuditEvent } from "../audit/event";
import type { Timepiece } from "../clock";
import { newUuidv7 } from "../session/uuidv7";
import type { Stores } from "../stores";
import type { ChangeDetails } from "./store";

/** Notes a change to a player, in its transaction: how to take it back, and who did it. Both have the same id. */
export async function record(
  { accountChanges, audit }: Pick<Stores, "accountChanges" | "audit">,
  clock: Timepiece,
  userId: number,
  change: ChangeDetails,
  by: By,
): Promise<void> {
  const id = newUuidv7(clock);
  await accountChanges.put(id, userId, change);
  await audit.append(id, { action: change.kind, userId, ...statesOf(change), ...by });
}

/** What changed, without what names an account elsewhere. */
function statesOf(change: ChangeDetails): Pick<NewAuditEvent, "before" | "after"> {
  switch (change.kind) {
    case "link":
      return { after: { provider: change.provider } };
    case "unlink":
      return { before: { provider: change.identities[0]?.provider } };
    case "merge":
      return { before: { ...change.before, merged_user_id: change.givenUp }, after: { ...change.after } };
  }
}
