import { MAXIMUM_STARS } from "../progress/progress";
import type { PublicProfileRow, TopColumn, TopPlace, UserStore } from "../users/store";

const USUAL_LIMIT = 10;

/** Above everybody. */
const START: TopPlace = { value: MAXIMUM_STARS, id: MAXIMUM_STARS };

export type TopPage = {
  players: PublicProfileRow[];
  /** Where the next page goes on; null after the last one. */
  next: string | null;
};

/**
 * A page of the players who have most of something. Pages go on from a place and not from a number: who overtakes
 * somebody meanwhile is on no page twice.
 * @param limit how many, 10 unless said
 * @param after `next` of the page before
 */
export async function listTop(
  users: Pick<UserStore, "listTop">,
  by: TopColumn,
  limit = USUAL_LIMIT,
  after?: string,
): Promise<TopPage> {
  const [value = 0, id = 0] = after?.split("-").map((part) => Math.min(Number(part), MAXIMUM_STARS)) ?? [];
  const players = await users.listTop(by, limit, after === undefined ? START : { value, id });
  const last = players.length < limit ? undefined : players.at(-1);
  return { players, next: last ? `${last[by]}-${last.id}` : null };
}
