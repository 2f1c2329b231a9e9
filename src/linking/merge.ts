import { isDeepStrictEqual } from "node:util";
import type { By } from "../audit/event";
import type { Timepiece } from "../clock";
import type { Progress } from "../progress/progress";
import { mergedStats, type StatRules } from "../progress/stats";
import type { ProgressStore } from "../progress/store";
import type { Stores } from "../stores";
import type { LockedUser, UserRow } from "../users/store";
import { record } from "./record";
import type { ChangeDetails } from "./store";

/** What two players who become one have: of stars and level the higher, and each stat by its rule. */
function mergedProgress(kept: Progress, givenUp: Progress, rules: StatRules): Progress {
  return {
    stars: Math.max(kept.stars, givenUp.stars),
    level: Math.max(kept.level, givenUp.level),
    stats: mergedStats(kept.stats, givenUp.stats, rules),
  };
}

/** Gives a player, who is locked, what a merge or its undoing comes to, unless nothing changes. */
export async function setProgress(
  progress: Pick<ProgressStore, "write">,
  userId: number,
  before: Progress,
  after: Progress,
): Promise<void> {
  if (!isDeepStrictEqual(before, after)) await progress.write([{ userId, ...after }]);
}

/**
 * Makes one player of two who are locked: the one who is kept gets the ways in of the other, the better progress, and
 * what the other has let clients know. The other's row stays, with their name, and says who was kept; their sessions
 * end, but for the one that asks for this, which goes on as the kept player's.
 * @param askingSession null when nobody of the two asks
 * @returns the id of the change, by which it can be taken back, and the one who is kept, as they are now
 */
export async function merge(
  stores: Stores,
  clock: Timepiece,
  kept: LockedUser,
  givenUp: LockedUser,
  askingSession: string | null,
  rules: StatRules,
  by: By,
): Promise<{ changeId: string; merged: UserRow | null }> {
  const { grants, identities, progress, sessions, users } = stores;
  const stats = await progress.find([kept.id, givenUp.id]);
  const progressOf = ({ id, stars, level }: LockedUser): Progress => ({
    stars,
    level,
    stats: stats.get(id)?.stats ?? {},
  });
  const before = progressOf(kept);
  const after = mergedProgress(before, progressOf(givenUp), rules);
  const moved = await identities.moveAll(givenUp.id, kept.id);
  const endedSessions = await sessions.endAllBut(givenUp.id, askingSession);
  const goesOver = askingSession !== null && (await sessions.current(askingSession, givenUp.id)) !== null;
  if (goesOver) await sessions.move(askingSession, givenUp.id, kept.id);
  const consents = await grants.joinConsents(givenUp.id, kept.id);
  await setProgress(progress, kept.id, before, after);
  const earlier = await users.giveUp(givenUp.id, kept.id);
  const merged = await users.syncWithIdentities(kept.id);
  const change: ChangeDetails = {
    kind: "merge",
    givenUp: givenUp.id,
    identities: moved,
    before,
    after,
    endedSessions,
    movedSession: goesOver ? askingSession : null,
    earlier,
    consents,
  };
  return { changeId: await record(stores, clock, kept.id, change, by), merged };
}
