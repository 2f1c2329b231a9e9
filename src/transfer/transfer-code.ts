import { randomBytes } from "node:crypto";
import { createKeyedHash } from "../session/keyed-hash";
import type { KeyRing } from "../session/keys";

/** Digits and capitals without I, L, O and U, which are taken for others or spell words (Crockford's base 32). */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH = 12;

export type TransferCodes = {
  /** @returns a new code, 60 random bits as `XXXX-XXXX-XXXX`, and what is kept of it */
  create(): { code: string; hash: Buffer };
  /** @returns what may be kept of a code as somebody typed it, one for each key of the ring; none for what is no code */
  hashes(typed: string): Buffer[];
};

/** A copy of the database lets nobody in: what is kept is keyed, for 60 bits can be tried out. */
export function createTransferCodes(ring: KeyRing): TransferCodes {
  const { hash, hashes } = createKeyedHash(ring, "transfer code");
  return {
    create() {
      const characters = Array.from(randomBytes(LENGTH), (byte) => ALPHABET[byte % ALPHABET.length]).join("");
      return {
        code: characters.replace(/(.{4})(?=.)/g, "$1-"),
        hash: hash(characters),
      };
    },
    hashes(typed) {
      const code = typed.toUpperCase().replaceAll(/[\s-]/g, "").replaceAll("O", "0").replaceAll(/[IL]/g, "1");
      const fits = code.length === LENGTH && [...code].every((character) => ALPHABET.includes(character));
      return fits ? hashes(code) : [];
    },
  };
}
