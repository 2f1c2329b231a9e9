import { hkdfSync } from "node:crypto";

/**
 * A key of its own for one purpose (HKDF-SHA256, RFC 5869): keys of two purposes tell nothing about each other.
 * @returns so many bytes
 */
export function deriveKey(keyMaterial: string | Uint8Array, purpose: string, bytes: number): Buffer {
  return Buffer.from(hkdfSync("sha256", keyMaterial, new Uint8Array(), `account-server ${purpose}`, bytes));
}
