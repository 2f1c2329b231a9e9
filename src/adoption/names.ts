import { createNameClaims } from "../users/name-claims";
import { suggestNames } from "../users/suggested-names";
import { parseUsername, type Username, type UsernameProblem } from "../users/username";

/** Why a player is called something else from now on. */
export type RenameReason = UsernameProblem | "duplicate";

export type AdoptedName = { username: Username; reason: RenameReason | null };

/**
 * Gives names to players who come from a server that had no rules: each keeps theirs where it keeps ours and nobody before
 * them has it or one that looks like it, else gets the nearest to it. Profanity is no reason: a name that a player has stays.
 * @param random names need not be secret
 * @returns to be called with the players in the order in which they came, the first of whom keeps a name that several have
 */
export function createNaming(random: () => number): (name: string) => AdoptedName {
  const claimed = createNameClaims();
  return (name) => {
    const parsed = parseUsername(name);
    if (parsed.ok && claimed.claim(parsed)) return { username: parsed, reason: null };
    for (const username of suggestNames(name, random))
      if (claimed.claim(username)) return { username, reason: parsed.ok ? "duplicate" : parsed.reason };
    throw new Error("unreachable: suggestions have no end");
  };
}
