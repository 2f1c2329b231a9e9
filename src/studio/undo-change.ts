import type { By } from "../audit/event";
import { ApiError } from "../errors";
import type { AccountChange } from "../linking/store";
import { takeBack } from "../linking/take-back";
import { isUuid } from "../session/uuidv7";
import type { StudioDeps } from "./studio-deps";

/**
 * Takes a change to a player back, whoever made it: what it did and nothing that happened since. Asked again, it does
 * nothing.
 * @returns the change as it was found: `undoneAt` is null when this took it back
 * @throws {ApiError} not_found for one that is unknown or older than 30 days; undo_conflict when what it changed is not as
 * it left it; last_identity when the player would have no way in
 */
export async function undoChange(
  { transact, clock, statRules }: Pick<StudioDeps, "transact" | "clock" | "statRules">,
  changeId: string,
  by: By,
): Promise<AccountChange> {
  return transact(async (stores) => {
    const change = isUuid(changeId) ? await stores.accountChanges.find(changeId) : null;
    if (!change)
      throw new ApiError("not_found", { message: "There is no such change, or it is older than 30 days." });
    if (change.undoneAt === null) await takeBack(stores, clock, statRules, change, by);
    return change;
  });
}
