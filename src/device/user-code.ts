import { randomInt } from "node:crypto";
import { createKeyedHash } from "../session/keyed-hash";
import type { KeyRing } from "../session/keys";

/** Capitals without vowels, which spell words; none looks like another, nor can be taken for a digit (RFC 8628 §6.1). */
const ALPHABET = "BCDFGHJKLMNPQRSTVWXZ";
const LENGTH = 8;

export type UserCodes = {
  /** @returns a new code, 34 random bits as `XXXX-XXXX`, and what is kept of it */
  create(): { code: string; hash: Buffer };
  /** @returns a code as somebody typed it, as `XXXX-XXXX`; null for what is no code */
  read(typed: string): string | null;
  /** @returns what may be kept of a code, one for each key of the ring */
  hashes(code: string): Buffer[];
};

/** A copy of the database tells no code: what is kept is keyed, for 34 bits can be tried out. */
export function createUserCodes(ring: KeyRing): UserCodes {
  const { hash, hashes } = createKeyedHash(ring, "device user code");
  return {
    create() {
      const code = written(
        Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join(""),
      );
      return { code, hash: hash(code) };
    },
    read(typed) {
      const letters = [...typed.toUpperCase()].filter((character) => ALPHABET.includes(character)).join("");
      return letters.length === LENGTH ? written(letters) : null;
    },
    hashes,
  };
}

function written(letters: string): string {
  return `${letters.slice(0, LENGTH / 2)}-${letters.slice(LENGTH / 2)}`;
}
