import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { importJWK, type JWK } from "jose";
import type { JwtAlgorithm, SecurityConfig } from "../../../src/config/security";
import { loadKeyRing, type TokenKey } from "../../../src/session/keys";
import { keyMaterial } from "./jws-attacks";

/** A file of vectors, in the schema of Wycheproof's `json_web_signature_test.json`. */
export type VectorFile = {
  source?: string;
  testGroups: {
    comment: string;
    public?: JWK;
    private?: JWK;
    tests: { tcId: number | string; comment: string; jws: string | object; result: "valid" | "invalid" }[];
  }[];
};

const FOLDER = join(import.meta.dirname, "../../fixtures/jws");

export function vectorFiles(): [name: string, file: VectorFile][] {
  return readdirSync(FOLDER).map((name) => [name, JSON.parse(readFileSync(join(FOLDER, name), "utf8"))]);
}

/** The algorithms of ours that could use a key. */
function algorithmsFor({ kty, crv }: JWK): JwtAlgorithm[] {
  if (kty === "oct") return ["HS256", "HS384", "HS512"];
  if (kty === "RSA") return ["RS256"];
  if (crv === "P-256") return ["ES256"];
  return crv === "Ed25519" ? ["EdDSA"] : [];
}

/** The server's keys, were it configured with a vector's key, for every algorithm that it would do for. */
export function tokenKeys(jwk: JWK): Promise<TokenKey[]> {
  return Promise.all(
    algorithmsFor(jwk).map(async (algorithm) => {
      const security = {
        current: keyMaterial(algorithm),
        accepted: [] as never[],
      } as unknown as SecurityConfig;
      const [own] = await loadKeyRing(security, "");
      return { ...own, verifyingKey: await verifyingKey(jwk, algorithm) };
    }),
  );
}

async function verifyingKey(jwk: JWK, algorithm: JwtAlgorithm): Promise<CryptoKey> {
  if (jwk.kty !== "oct") return (await importJWK(publicHalf(jwk), algorithm)) as CryptoKey;
  const secret = Buffer.from(jwk.k ?? "", "base64url");
  const hash = `SHA-${algorithm.slice(2)}`;
  return crypto.subtle.importKey("raw", secret, { name: "HMAC", hash }, false, ["verify"]);
}

function publicHalf({ kty, n, e, crv, x, y }: JWK): JWK {
  return JSON.parse(JSON.stringify({ kty, n, e, crv, x, y }));
}
