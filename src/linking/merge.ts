import type { By } from "../audit/event";
import type { Timepiece } from "../clock";
import type { Stores } from "../stores";
import type { LockedUser } from "../users/store";
import { record } from "./record";
import type { ChangeDetails, Progress } from "./store";

/** What two players who become one have: of each figure the higher. */
export function mergedProgress(one: Progress, other: Progress): Progress {
  return { stars: Math.max(one.stars, other.stars), level: Math.max(one.level, other.level) };
}

/**
 * Makes one player of two who are locked: the one who is kept gets the ways in of the other and the better progress. The
 * other's row stays, with their name, and says who was kept; their sessions end, but for the one that asks for this,
 * which goes on as the kept player's.
 */
export async function merge(
  stores: Stores,
  clock: Timepiece,
  kept: LockedUser,
  givenUp: LockedUser,
  askingSession: string,
  by: By,
): Promise<void> {
  const { identities, sessions, users } = stores;
  const before = { stars: kept.stars, level: kept.level };
  const after = mergedProgress(kept, givenUp);
  const moved = await identities.moveAll(givenUp.id, kept.id);
  const endedSessions = await sessions.endAllBut(givenUp.id, askingSession);
  const goesOver = (await sessions.current(askingSession, givenUp.id)) !== null;
  if (goesOver) await sessions.move(askingSession, givenUp.id, kept.id);
  await users.setProgress(kept.id, after);
  const earlier = await users.giveUp(givenUp.id, kept.id);
  await users.syncWithIdentities(kept.id);
  const change: ChangeDetails = {
    kind: "merge",
    givenUp: givenUp.id,
    identities: moved,
    before,
    after,
    endedSessions,
    movedSession: goesOver ? askingSession : null,
    earlier,
  };
  await record(stores, clock, kept.id, change, by);
}
