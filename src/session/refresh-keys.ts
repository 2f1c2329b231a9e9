import type { RefreshTokenSecrets } from "../config/security";
import { deriveKey } from "./derive-key";
import type { KeyRing } from "./keys";

/** Bytes of a key id. With them a token has 60 bytes, which base64url spells without padding bits. */
export const KEY_ID_BYTES = 7;

const PURPOSE = "refresh token";
const MAC_KEY_BYTES = 32;

/** What one refresh token is made and recognised with. */
export type RefreshTokenKey = {
  /** Stands in the tokens of a secret of their own; null for a key derived from the access tokens' key. */
  id: Buffer | null;
  macKey: Buffer;
};

/** The key that makes tokens, then those that are accepted beside it. */
export type RefreshKeyRing = readonly [current: RefreshTokenKey, ...accepted: RefreshTokenKey[]];

/** The ring of `REFRESH_TOKEN_SECRET`, or, where that is not set, of the access tokens' keys. */
export function createRefreshKeyRing(secrets: RefreshTokenSecrets, accessTokenKeys: KeyRing): RefreshKeyRing {
  const derived = accessTokenKeys.map((key) => ({ id: null, macKey: key.derive(PURPOSE, MAC_KEY_BYTES) }));
  const accepted = secrets.accepted.map(keyOf);
  const ring =
    secrets.current === null
      ? [...derived, ...accepted]
      : [keyOf(secrets.current), ...accepted, ...(secrets.derivedAccepted ? derived : [])];
  return ring as [RefreshTokenKey, ...RefreshTokenKey[]];
}

function keyOf(secret: string): RefreshTokenKey {
  return {
    id: deriveKey(secret, "refresh token key id", KEY_ID_BYTES),
    macKey: deriveKey(secret, PURPOSE, MAC_KEY_BYTES),
  };
}
