import { PROVIDER_ID } from "../identity/provider";
import type { Stores } from "../stores";
import { looks, nameKeys } from "../users/skeleton";
import type { LockedUser } from "../users/store";
import { type FoundPlayer, foundPlayer } from "./found-player";

/** At most so many of those who match exactly. */
const EXACT_LIMIT = 100;
const MAXIMUM_ID = 2 ** 31 - 1;
const IDENTITY = new RegExp(`${PROVIDER_ID.slice(0, -1)}:(.{1,255})$`, "u");

export type FoundPlayers = {
  players: FoundPlayer[];
  /** For `after`, to see who follows; null when nobody does. */
  next: string | null;
};

/**
 * Finds players by what somebody knows of them: the id; an email, as an identity of theirs tells it; `provider:subject`; or
 * a name, its beginning, what looks like it, and what it was before as long as it is kept. Every way is an index's. Players
 * who were merged into another are found as well.
 * @param page `after`: `next` of the answer before; `limit`: of those whose names begin so
 */
export async function findPlayers(
  { identities, users }: Pick<Stores, "identities" | "users">,
  query: string,
  { after = null, limit = 20 }: { after?: string | null; limit?: number } = {},
): Promise<FoundPlayers> {
  const wanted = query.trim();
  if (wanted === "" || wanted.includes("\0")) return found([]);
  const id = /^#?(\d{1,10})$/.exec(wanted)?.[1];
  // A name may have digits alone.
  const byId = id !== undefined && Number(id) <= MAXIMUM_ID ? await users.findSeveral([Number(id)]) : [];
  if (wanted.includes("@")) {
    const ids = await identities.ownersByEmail([...new Set([wanted, wanted.toLowerCase()])], EXACT_LIMIT);
    return found(await users.findSeveral(ids));
  }
  const [, subject] = IDENTITY.exec(wanted) ?? [];
  if (subject !== undefined) {
    const owner = await identities.ownerOf(wanted.slice(0, wanted.indexOf(":")), subject);
    return found(owner === null ? [] : await users.findSeveral([owner]));
  }
  const { folded, skeleton } = nameKeys(wanted);
  // One more than are shown tells whether there are more.
  const beginning = folded === "" ? [] : await users.findByName(folded, after, limit + 1);
  const shown = beginning.slice(0, limit);
  const alike =
    after === null && folded !== ""
      ? await users.findSeveral(
          (await users.findAlike({ looks: looks(wanted), skeleton })).slice(0, EXACT_LIMIT),
        )
      : [];
  const first = after === null ? [...byId, ...alike] : [];
  const players = [...new Map([...first, ...shown].map((row) => [row.id, row])).values()];
  const last = shown.at(-1);
  const next = beginning.length > limit && last ? last.name_folded : null;
  return found(players, next);
}

function found(rows: LockedUser[], next: string | null = null): FoundPlayers {
  return { players: rows.map(foundPlayer), next };
}
