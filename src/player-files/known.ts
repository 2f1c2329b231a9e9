import { type Identity, identityKey } from "../identity/provider";
import type { Stores } from "../stores";
import type { Username } from "../users/username";

/** What is there before a batch of players is. */
export type Known = {
  /** Ids of players by {@link identityKey}; identities that nobody has are missing. */
  ownersOf(identities: Pick<Identity, "provider" | "subject">[]): Promise<Map<string, number>>;
  /** The places of names that somebody has, or one that looks like it, or that are kept for somebody. */
  namesTaken(names: Username[]): Promise<Set<number>>;
  idsTaken(ids: number[]): Promise<Set<number>>;
};

/** What the database knows. */
export function knownIn({ identities, users }: Pick<Stores, "identities" | "users">): Known {
  return {
    async ownersOf(asked) {
      const owners = await identities.ownersOf(asked);
      return new Map(owners.map((owner) => [identityKey(owner), owner.userId]));
    },
    namesTaken: async (names) => new Set(await users.namesTaken(names)),
    idsTaken: async (ids) => new Set(ids.length > 0 ? await users.idsTaken(ids) : []),
  };
}
