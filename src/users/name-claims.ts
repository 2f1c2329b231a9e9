import type { Username } from "./username";

/** Names that players are given one after the other, none of which may be another one's or look like it. */
export type NameClaims = {
  /** @returns false when an earlier one has it, or one that looks like it */
  claim(username: Username): boolean;
};

export function createNameClaims(): NameClaims {
  const keys = new Set<string>();
  return {
    claim(username) {
      const own = nameKeys(username);
      if (own.some((key) => keys.has(key))) return false;
      for (const key of own) keys.add(key);
      return true;
    },
  };
}

/** What no two names may have in common. */
export function nameKeys({ folded, skeleton, looks }: Username): string[] {
  return [`f:${folded}`, `s:${skeleton}`, ...looks.map((look) => `l:${look}`)];
}
