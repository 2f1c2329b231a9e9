import names from "./reserved-names.json" with { type: "json" };
import { looks, nameKeys } from "./skeleton";

/** Made on first use: a start needs no names. */
let taken: Set<string> | undefined;

/**
 * Whether a name is one of those that somebody would take to pass for the game, its staff, the shop or nobody. In
 * any case and in letters that look alike, with any separators: "ADMlN", "G.M." and "game_master" are reserved.
 * A name that has more to it is not: "Admiral", "Chef Admin".
 */
export function isReserved(name: string): boolean {
  taken ??= new Set(names.flatMap((reserved) => [reserved, reserved.toUpperCase()]).flatMap(keysOf));
  return keysOf(name).some((key) => taken?.has(key));
}

function keysOf(name: string): string[] {
  const bare = name.replaceAll(/[ ._-]/g, "");
  const { folded, skeleton } = nameKeys(bare);
  return [folded, skeleton, ...looks(bare)];
}
