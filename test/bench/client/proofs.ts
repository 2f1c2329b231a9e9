import { createPrivateKey, type JsonWebKey, sign } from "node:crypto";

/** @returns makes the next DPoP proof of a key for one request, each with an id of its own (RFC 9449 §4.2) */
export function proofsOf(privateJwk: JsonWebKey, htm: string, htu: string): () => string {
  const key = createPrivateKey({ key: privateJwk, format: "jwk" });
  const { kty, crv, x, y } = privateJwk;
  const header = encode({ typ: "dpop+jwt", alg: "ES256", jwk: { kty, crv, x, y } });
  return () => {
    const claims = { jti: crypto.randomUUID(), htm, htu, iat: Math.floor(Date.now() / 1_000) };
    const signed = `${header}.${encode(claims)}`;
    const signature = sign("sha256", Buffer.from(signed), { key, dsaEncoding: "ieee-p1363" });
    return `${signed}.${signature.toString("base64url")}`;
  };
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}
