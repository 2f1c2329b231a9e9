import { CompactEncrypt, compactDecrypt, decodeProtectedHeader, errors } from "jose";
import type { KeyRing } from "./keys";

const ENCRYPTION = { alg: "dir", enc: "A256GCM" } as const;

/** Keeps secrets from whoever sees the database alone (JWE, RFC 7516). */
export type KeptSecrets<Secret> = {
  encrypt(secret: Secret): Promise<string>;
  /** @returns null for what none of our keys has encrypted */
  decrypt(jwe: string): Promise<Secret | null>;
  /** Whether the current key of the ring has encrypted it, and not one that is about to go. */
  isCurrent(jwe: string): boolean;
};

/**
 * Under keys derived from the ring of access tokens. What an earlier key has encrypted has to be encrypted anew before
 * that one goes.
 * @param purpose has keys of its own
 */
export function createKeptSecrets<Secret>(ring: KeyRing, purpose: string): KeptSecrets<Secret> {
  const keys = new Map(ring.map((key) => [key.id, key.derive(purpose, 32) as Uint8Array]));
  const [{ id: currentId }] = ring;
  const keyNamed = (id: string | undefined) => {
    const key = keys.get(id ?? "");
    if (!key) throw new errors.JWEDecryptionFailed();
    return key;
  };
  return {
    encrypt: (secret) =>
      new CompactEncrypt(new TextEncoder().encode(JSON.stringify(secret)))
        .setProtectedHeader({ ...ENCRYPTION, kid: currentId })
        .encrypt(keyNamed(currentId)),
    async decrypt(jwe) {
      try {
        const { plaintext } = await compactDecrypt(jwe, ({ kid }) => keyNamed(kid), {
          keyManagementAlgorithms: [ENCRYPTION.alg],
          contentEncryptionAlgorithms: [ENCRYPTION.enc],
        });
        return JSON.parse(new TextDecoder().decode(plaintext));
      } catch (error) {
        if (error instanceof errors.JOSEError) return null;
        throw error;
      }
    },
    isCurrent: (jwe) => decodeProtectedHeader(jwe).kid === currentId,
  };
}
