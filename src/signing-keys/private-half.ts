import { CompactEncrypt, compactDecrypt, decodeProtectedHeader, errors, type JWK } from "jose";
import type { KeyRing } from "../session/keys";

const ENCRYPTION = { alg: "dir", enc: "A256GCM" } as const;
const PURPOSE = "signing key";

/** Keeps the private halves of key pairs from whoever sees the database alone (JWE, RFC 7516). */
export type PrivateHalves = {
  encrypt(privateJwk: JWK): Promise<string>;
  /** @returns null for what none of our keys has encrypted */
  decrypt(jwe: string): Promise<JWK | null>;
  /** Whether the current key of the ring has encrypted it, and not one that is about to go. */
  isCurrent(jwe: string): boolean;
};

/** Under keys derived from the ring of access tokens. */
export function createPrivateHalves(ring: KeyRing): PrivateHalves {
  const keys = new Map(ring.map((key) => [key.id, key.derive(PURPOSE, 32) as Uint8Array]));
  const [{ id: currentId }] = ring;
  const keyNamed = (id: string | undefined) => {
    const key = keys.get(id ?? "");
    if (!key) throw new errors.JWEDecryptionFailed();
    return key;
  };
  return {
    encrypt: (jwk) =>
      new CompactEncrypt(new TextEncoder().encode(JSON.stringify(jwk)))
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
