import type { RenameReason } from "../adoption/names";
import { createNameClaims } from "../users/name-claims";
import type { NamePolicy } from "../users/name-policy";
import { suggestNames } from "../users/suggested-names";
import type { Username } from "../users/username";
import { seededRandom } from "./seeded-random";

/** Who needs a name. */
export type Nameless = {
  name: string | null;
  /** That which makes the player one; the same gives the same invented names. */
  seed: string;
};

export type AssignedName = {
  username: Username;
  /** Why it is another one than in the file; null where it is that one, or the file has none. */
  reason: RenameReason | null;
};

/** Of several names those that somebody has or that are kept for somebody, by their place among them. */
export type FindTaken = (names: Username[]) => Promise<Set<number>>;

/**
 * Gives names to players, in their order: each keeps theirs where it keeps the rules and nobody has it or one that looks
 * like it, else gets the nearest to it.
 */
export async function assignNames(
  players: Nameless[],
  policy: NamePolicy,
  findTaken: FindTaken,
): Promise<AssignedName[]> {
  const claimed = createNameClaims();
  const assigned: AssignedName[] = [];
  let waiting = players.map((player, place) => ({ place, ...wishesOf(player, policy) }));
  for (let round = 0; waiting.length > 0; round++) {
    const wishes = waiting.map(({ names }) => take(names, round === 0 ? 1 : AT_ONCE));
    const taken = await findTaken(wishes.flat());
    let place = 0;
    const others: typeof waiting = [];
    for (const [n, player] of waiting.entries()) {
      const own = wishes[n] ?? [];
      const from = place;
      place += own.length;
      const username = own.find((wish, nth) => !taken.has(from + nth) && claimed.claim(wish));
      if (username) assigned[player.place] = { username, reason: reasonOf(player, username) };
      else others.push(player);
    }
    waiting = others;
  }
  return assigned;
}

/** Suggestions that are looked up together once the first wish is somebody else's. */
const AT_ONCE = 6;

function take(names: Iterator<Username, undefined>, count: number): Username[] {
  return Array.from({ length: count }, () => names.next().value as Username);
}

type Wishes = { own: Username | null; broken: RenameReason | null; names: Iterator<Username, undefined> };

function wishesOf({ name, seed }: Nameless, policy: NamePolicy): Wishes {
  const parsed = name === null ? null : policy(name);
  const names = suggestNames(name, seededRandom(seed), policy);
  if (parsed?.ok) return { own: parsed, broken: null, names: first(parsed, names) };
  return { own: null, broken: parsed?.reason ?? null, names };
}

/** The player's own name, then the others. */
function* first(own: Username, names: Iterable<Username>): Generator<Username, undefined> {
  yield own;
  for (const username of names) if (username.name !== own.name) yield username;
}

function reasonOf({ own, broken }: Wishes, { name }: Username): RenameReason | null {
  return own === null ? broken : own.name === name ? null : "duplicate";
}
