import { ApiError } from "../errors";
import type { RequestContext } from "../http/context";
import { type IdempotentRequest, once } from "../idempotency/once";
import type { Stores } from "../stores";
import { lockProgress, type PlayerProgress } from "./lock-progress";
import type { SentChanges } from "./progress";
import { readChanges } from "./read-changes";
import type { UpdateProgressDeps } from "./update-progress";
import { withChanges } from "./with-changes";

/** What a match changed for one player. */
export type PlayerReport = { id: number; changes: SentChanges };

/** A player after the match, by the id that the report has. */
export type ReportedPlayer = PlayerProgress & { asked_id: number };

/**
 * Adds what a match was worth to the progress of all its players, or to nobody's. Asked again under the same key, it
 * answers the same. Players are locked in the order of their ids, so that matches with the same players wait for each
 * other and never deadlock.
 * @throws {ApiError} validation_failed for a stat that the game does not have; not_found, naming who is gone;
 * progress_out_of_range; what {@link once} throws
 */
export async function reportMatch(
  { transact, statRules, log }: UpdateProgressDeps,
  reports: PlayerReport[],
  matchId: string | undefined,
  request: IdempotentRequest,
  context: RequestContext,
): Promise<ReportedPlayer[]> {
  const pathOf = (index: number) => `players.${index}.changes.`;
  const changes = readChanges(
    reports.map(({ changes }, index) => ({ changes, path: pathOf(index) })),
    statRules,
  );
  const ids = [...new Set(reports.map(({ id }) => id))];
  const lock = (stores: Stores) => lockProgress(stores, ids);
  const { answer, isFirst } = await once(transact, request, lock, async (stores, locked) => {
    requireAll(reports, locked);
    const after = new Map([...locked.values()].map((player) => [player.id, player]));
    for (const [index, { id }] of reports.entries()) {
      const player = after.get((locked.get(id) as PlayerProgress).id) as PlayerProgress;
      after.set(player.id, {
        ...player,
        ...withChanges(player, changes[index] ?? {}, statRules, pathOf(index)),
      });
    }
    const written = [...after.values()].map(({ id: userId, stars, level, stats }) => ({
      userId,
      stars,
      level,
      stats,
    }));
    const versions = await stores.progress.write(written);
    return reports.map(({ id: asked_id }): ReportedPlayer => {
      const player = after.get((locked.get(asked_id) as PlayerProgress).id) as PlayerProgress;
      return { asked_id, ...player, version: versions.get(player.id) ?? player.version };
    });
  });
  const { keyId } = request;
  if (isFirst) log.event("match_reported", { matchId, players: reports.length, keyId, ...context });
  return answer;
}

function requireAll(reports: PlayerReport[], found: Map<number, unknown>): void {
  const fields = reports.flatMap(({ id }, index) =>
    found.has(id) ? [] : [{ path: `players.${index}.id`, message: "There is no such player" }],
  );
  if (fields.length > 0)
    throw new ApiError("not_found", {
      message: "The match names players who are not there.",
      fields: { fields },
    });
}
