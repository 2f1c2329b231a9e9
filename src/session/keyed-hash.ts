import { createHmac } from "node:crypto";
import type { KeyRing } from "./keys";

/** What may be kept of a code that people type, which is too short for a plain hash: that could be tried out. */
export type KeyedHash = {
  /** Under the key that is current. */
  hash(code: string): Buffer;
  /** One for each key of the ring. */
  hashes(code: string): Buffer[];
};

/** HMAC-SHA256 under keys that every replica has. @param purpose has keys of its own */
export function createKeyedHash(ring: KeyRing, purpose: string): KeyedHash {
  const keys = ring.map((key) => key.derive(purpose, 32));
  const [current] = keys as [Buffer];
  const hashWith = (key: Buffer, code: string) => createHmac("sha256", key).update(code).digest();
  return {
    hash: (code) => hashWith(current, code),
    hashes: (code) => keys.map((key) => hashWith(key, code)),
  };
}
