import { exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";
import { sha256 } from "../../src/sha256";

/** A key of a device, and proofs that it makes (RFC 9449 §4.2). */
export type Device = {
  jwk: JWK;
  /** @param changes of claims; undefined leaves one out */
  proof(method: string, url: string, changes?: Record<string, unknown>, header?: object): Promise<string>;
};

export async function newDevice(now: () => Date = () => new Date()): Promise<Device> {
  const { privateKey, publicKey } = await generateKeyPair("ES256");
  const { kty, crv, x, y } = await exportJWK(publicKey);
  const jwk = { kty, crv, x, y } as JWK;
  return {
    jwk,
    proof(htm, htu, changes = {}, header = {}) {
      const iat = Math.floor(now().getTime() / 1_000);
      const claims = { jti: crypto.randomUUID(), htm, htu, iat, ...changes };
      const sent = Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));
      return new SignJWT(sent)
        .setProtectedHeader({ typ: "dpop+jwt", alg: "ES256", jwk, ...header })
        .sign(privateKey);
    },
  };
}

/** `ath` of RFC 9449 §4.2. */
export function hashOf(accessToken: string): string {
  return sha256(accessToken).toString("base64url");
}
