import { CompactEncrypt, compactDecrypt, decodeProtectedHeader, errors } from "jose";
import type { KeyRing } from "./keys";

const ENCRYPTION = { alg: "dir", enc: "A256GCM" } as const;

/** Keeps secrets from whoever sees the database alone (JWE, RFC 7516). */
export type KeptSecrets = {
  encrypt(secret: string): Promise<string>;
  /** @returns null for what none of our keys has encrypted */
  decrypt(jwe: string): Promise<string | null>;
  /** Whether the current key of the ring has encrypted it, and not one that is about to go. */
  isCurrent(jwe: string): boolean;
};

/**
 * Under keys derived from the ring of access tokens. What {@link KeptSecrets.isCurrent} denies is to be encrypted anew,
 * before the key that it is under is gone.
 * @param purpose has keys of its own
 */
export function createKeptSecrets(ring: KeyRing, purpose: string): KeptSecrets {
  const keys = new Map(ring.map((key) => [key.id, key.derive(purpose, 32) as Uint8Array]));
  const [{ id: currentId }] = ring;
  const keyNamed = (id: string | undefined) => {
    const key = keys.get(id ?? "");
    if (!key) throw new errors.JWEDecryptionFailed();
    return key;
  };
  return {
    encrypt: (secret) =>
      new CompactEncrypt(new TextEncoder().encode(secret))
        .setProtectedHeader({ ...ENCRYPTION, kid: currentId })
        .encrypt(keyNamed(currentId)),
    async decrypt(jwe) {
      try {
        const { plaintext } = await compactDecrypt(jwe, ({ kid }) => keyNamed(kid), {
          keyManagementAlgorithms: [ENCRYPTION.alg],
          contentEncryptionAlgorithms: [ENCRYPTION.enc],
        });
        return new TextDecoder().decode(plaintext);
      } catch (error) {
        if (error instanceof errors.JOSEError) return null;
        throw error;
      }
    },
    isCurrent: (jwe) => decodeProtectedHeader(jwe).kid === currentId,
  };
}
