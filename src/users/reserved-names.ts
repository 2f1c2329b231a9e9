import names from "./reserved-names.json" with { type: "json" };
import { looks, nameKeys } from "./skeleton";

/** Whether a name is one of those that somebody would take to pass for the game, its staff, the shop or nobody. */
export const isReserved = createReservedCheck(names);

/**
 * Tells whether a name is one of `reserved`. In any case and in letters that look alike, with any separators: "ADMlN",
 * "G.M." and "game_master" are reserved. A name that has more to it is not: "Admiral", "Chef Admin".
 */
export function createReservedCheck(reserved: readonly string[]): (name: string) => boolean {
  /** Made on first use: a start needs no names. */
  let taken: Set<string> | undefined;
  return (name) => {
    taken ??= new Set(reserved.flatMap((each) => [each, each.toUpperCase()]).flatMap(keysOf));
    return taken.size > 0 && keysOf(name).some((key) => taken?.has(key));
  };
}

function keysOf(name: string): string[] {
  const bare = name.replaceAll(/[ ._-]/g, "");
  const { folded, skeleton } = nameKeys(bare);
  return [folded, skeleton, ...looks(bare)];
}
