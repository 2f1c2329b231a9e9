import { MAXIMUM_STARS } from "../progress/progress";
import type { PublicProfileRow, UserStore } from "../users/store";

/**
 * What everybody may know of players.
 * @param ids with commas; one that is asked for twice is told once
 */
export function findPlayers(
  users: Pick<UserStore, "findPublic">,
  ids: string,
): Promise<(PublicProfileRow & { asked_id: number })[]> {
  const wanted = ids
    .split(",")
    .map(Number)
    .filter((id) => id <= MAXIMUM_STARS);
  return users.findPublic([...new Set(wanted)]);
}
