import { generateKeyPairSync, sign } from "node:crypto";
import type { JWK } from "jose";
import { sha256 } from "../../src/sha256";

/** A key of a device, and proofs that it makes (RFC 9449 §4.2). */
export type Device = {
  jwk: JWK;
  /** @param changes of claims; undefined leaves one out */
  proof(method: string, url: string, changes?: Record<string, unknown>, header?: object): Promise<string>;
  /** The same at once, for whoever makes thousands. */
  proofNow(method: string, url: string, changes?: Record<string, unknown>, header?: object): string;
};

/** @param now the device's clock */
export async function newDevice(now: () => Date = () => new Date()): Promise<Device> {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { kty, crv, x, y } = publicKey.export({ format: "jwk" });
  const jwk = { kty, crv, x, y } as JWK;
  const proofNow: Device["proofNow"] = (htm, htu, changes = {}, header = {}) => {
    const iat = Math.floor(now().getTime() / 1_000);
    const claims = { jti: crypto.randomUUID(), htm, htu, iat, ...changes };
    const signed = `${encode({ typ: "dpop+jwt", alg: "ES256", jwk, ...header })}.${encode(claims)}`;
    const signature = sign("sha256", Buffer.from(signed), { key: privateKey, dsaEncoding: "ieee-p1363" });
    return `${signed}.${signature.toString("base64url")}`;
  };
  return { jwk, proofNow, proof: async (...asked) => proofNow(...asked) };
}

/** `ath` of RFC 9449 §4.2. */
export function hashOf(accessToken: string): string {
  return sha256(accessToken).toString("base64url");
}

/** JSON in base64url, without members that are undefined. */
function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}
