import { EncryptJWT, errors, jwtDecrypt } from "jose";
import type { Timepiece } from "../clock";
import { epochSeconds } from "../clock";
import type { KeyRing } from "../session/keys";

/** How long a sign-in may be on its way through a provider. */
export const REQUEST_LIFETIME_SECONDS = 600;
const ENCRYPTION = { alg: "dir", enc: "A256GCM" } as const;

/** A sign-in on its way through a provider. */
export type PendingRequest = {
  provider: string;
  /** PKCE verifier of our own leg toward the provider (RFC 7636 §4.1). */
  codeVerifier: string;
  /** The game's. */
  redirectUri: string;
  clientState: string;
  codeChallenge: string;
  /** The browser that began it, see `browser-binding.ts`. */
  browser: string;
};

export type States = {
  /** @returns the request as a `state` for the provider, good for ten minutes */
  seal(request: PendingRequest): Promise<string>;
  /** @returns null for a state that is not ours, was changed, or is too old; never throws */
  open(state: string): Promise<(PendingRequest & { expiresAt: Date }) | null>;
};

/**
 * The `state` of the browser's way to a provider (RFC 6749 §10.12) is the request itself, encrypted and authenticated
 * (JWE, RFC 7516) under keys that every replica has: a start leaves nothing behind on the server.
 */
export function createStates(ring: KeyRing, clock: Timepiece): States {
  const keys = new Map(ring.map((key) => [key.id, key.derive("authorization state", 32) as Uint8Array]));
  const [{ id: keyId }] = ring;
  const key = keyNamed(keys, keyId);
  return {
    seal: (request) =>
      new EncryptJWT(request)
        .setProtectedHeader({ ...ENCRYPTION, kid: keyId })
        .setExpirationTime(epochSeconds(clock) + REQUEST_LIFETIME_SECONDS)
        .encrypt(key),
    async open(state) {
      const opened = await jwtDecrypt<PendingRequest>(state, ({ kid }) => keyNamed(keys, kid), {
        keyManagementAlgorithms: [ENCRYPTION.alg],
        contentEncryptionAlgorithms: [ENCRYPTION.enc],
        requiredClaims: ["exp"],
        currentDate: clock.now(),
      }).catch((error) => {
        if (error instanceof errors.JOSEError || error instanceof TypeError) return null;
        throw error;
      });
      if (!opened) return null;
      const { exp = 0, ...request } = opened.payload;
      return { ...request, expiresAt: new Date(exp * 1_000) };
    },
  };
}

function keyNamed(keys: ReadonlyMap<string, Uint8Array>, keyId: string | undefined): Uint8Array {
  const key = keys.get(keyId ?? "");
  if (!key) throw new errors.JWEDecryptionFailed();
  return key;
}
