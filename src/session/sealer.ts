import { EncryptJWT, errors, type JWTPayload, jwtDecrypt } from "jose";
import type { Timepiece } from "../clock";
import { epochSeconds } from "../clock";
import type { KeyRing } from "./keys";

const ENCRYPTION = { alg: "dir", enc: "A256GCM" } as const;

/** Hands values to somebody who is to bring them back, and can neither read nor change them. */
export type Sealer<Content> = {
  /** @param expiresAt of something that was opened, when it is sealed anew; else its lifetime begins now */
  seal(content: Content, expiresAt?: Date): Promise<string>;
  /** @returns null for what is not ours, was changed, or is too old; never throws */
  open(sealed: string): Promise<(Content & { expiresAt: Date }) | null>;
};

/**
 * Values encrypted and authenticated (JWE, RFC 7516) under keys that every replica has: the server keeps nothing.
 * @param purpose has keys of its own
 */
export function createSealer<Content extends JWTPayload>(
  ring: KeyRing,
  purpose: string,
  lifetimeSeconds: number,
  clock: Timepiece,
): Sealer<Content> {
  const keys = new Map(ring.map((key) => [key.id, key.derive(purpose, 32) as Uint8Array]));
  const [{ id: keyId }] = ring;
  const key = keyNamed(keys, keyId);
  return {
    seal: (content, expiresAt) =>
      new EncryptJWT(content)
        .setProtectedHeader({ ...ENCRYPTION, kid: keyId })
        .setExpirationTime(expiresAt ?? epochSeconds(clock) + lifetimeSeconds)
        .encrypt(key),
    async open(sealed) {
      const opened = await jwtDecrypt<Content>(sealed, ({ kid }) => keyNamed(keys, kid), {
        keyManagementAlgorithms: [ENCRYPTION.alg],
        contentEncryptionAlgorithms: [ENCRYPTION.enc],
        requiredClaims: ["exp"],
        currentDate: clock.now(),
      }).catch((error) => {
        if (error instanceof errors.JOSEError || error instanceof TypeError) return null;
        throw error;
      });
      if (!opened) return null;
      const { exp = 0, ...content } = opened.payload;
      return { ...(content as unknown as Content), expiresAt: new Date(exp * 1_000) };
    },
  };
}

function keyNamed(keys: ReadonlyMap<string, Uint8Array>, keyId: string | undefined): Uint8Array {
  const key = keys.get(keyId ?? "");
  if (!key) throw new errors.JWEDecryptionFailed();
  return key;
}
