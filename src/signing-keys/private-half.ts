import type { JWK } from "jose";
import { createKeptSecrets, type KeptSecrets } from "../session/kept-secrets";
import type { KeyRing } from "../session/keys";

/** Keeps the private halves of key pairs from whoever sees the database alone. */
export type PrivateHalves = Pick<KeptSecrets, "isCurrent"> & {
  encrypt(privateJwk: JWK): Promise<string>;
  /** @returns null for what none of our keys has encrypted */
  decrypt(jwe: string): Promise<JWK | null>;
};

/** Under keys derived from the ring of access tokens. */
export function createPrivateHalves(ring: KeyRing): PrivateHalves {
  const secrets = createKeptSecrets(ring, "signing key");
  return {
    encrypt: (jwk) => secrets.encrypt(JSON.stringify(jwk)),
    async decrypt(jwe) {
      const text = await secrets.decrypt(jwe);
      return text === null ? null : JSON.parse(text);
    },
    isCurrent: secrets.isCurrent,
  };
}
