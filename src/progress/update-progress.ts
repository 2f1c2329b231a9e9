import { ApiError } from "../errors";
import type { RequestContext } from "../http/context";
import { type IdempotentRequest, once } from "../idempotency/once";
import type { Log } from "../log/log";
import type { Stores, Transact } from "../stores";
import { lockProgress, type PlayerProgress } from "./lock-progress";
import type { SentChanges } from "./progress";
import { readChanges } from "./read-changes";
import type { StatRules } from "./stats";
import { withChanges } from "./with-changes";

export type UpdateProgressDeps = { transact: Transact; statRules: StatRules; log: Log };

/**
 * Adds to the progress of one player, if it still is what the server thinks that it is. Asked again under the same key, it
 * answers the same.
 * @param id of the player, or of one who was merged into them
 * @param versions of which the progress has to be one; null for any
 * @throws {ApiError} validation_failed for a stat that the game does not have; not_found; version_conflict with the
 * progress as it is; progress_out_of_range; what {@link once} throws
 */
export async function updateProgress(
  { transact, statRules, log }: UpdateProgressDeps,
  id: number,
  versions: readonly number[] | null,
  sent: SentChanges,
  request: IdempotentRequest,
  context: RequestContext,
): Promise<PlayerProgress> {
  const [changes = {}] = readChanges([{ changes: sent, path: "" }], statRules);
  const lock = (stores: Stores) => lockProgress(stores, [id]);
  const { answer, isFirst } = await once(transact, request, lock, async (stores, locked) => {
    const before = locked.get(id);
    if (!before) throw new ApiError("not_found");
    if (versions && !versions.includes(before.version))
      throw new ApiError("version_conflict", { fields: { player: before } });
    const after = withChanges(before, changes, statRules);
    const written = await stores.progress.write([{ ...after, userId: before.id }]);
    return { id: before.id, ...after, version: written.get(before.id) ?? before.version };
  });
  if (isFirst) log.event("progress_changed", { userId: answer.id, keyId: request.keyId, ...context });
  return answer;
}
