import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { calculateJwkThumbprint, type JWK } from "jose";
import { ConfigError, type SecurityConfig } from "../config/config";
import type { JwtAlgorithm, KeyMaterial } from "../config/security";
import { deriveKey } from "./derive-key";
import { developmentSecret } from "./development-secret";

/** One secret or key pair, and everything derived from it. */
export type TokenKey = {
  /** `kid`: names the key without telling anything about it. */
  id: string;
  algorithm: JwtAlgorithm;
  /** Signs access tokens. */
  signingKey: CryptoKey;
  /** Verifies them; the same one where a secret is shared. */
  verifyingKey: CryptoKey;
  /** A key for another purpose, of so many bytes. */
  derive(purpose: string, bytes: number): Buffer;
  /** The public half for `/.well-known/jwks.json`; null where a secret is shared. */
  publicJwk: JWK | null;
};

/** The key that signs, then those that are accepted beside it. */
export type KeyRing = readonly [current: TokenKey, ...previous: TokenKey[]];

/**
 * Imports the configured keys.
 * @param dataDir where development keeps the secret that it makes once, readable by its user alone
 * @throws {ConfigError} when a private key does not fit its algorithm
 */
export async function loadKeyRing(security: SecurityConfig, dataDir: string): Promise<KeyRing> {
  const current = security.current ?? { algorithm: security.algorithm, secret: developmentSecret(dataDir) };
  const keys: [TokenKey, ...TokenKey[]] = [await tokenKey(current)];
  for (const material of security.accepted) keys.push(await tokenKey(material));
  return keys;
}

async function tokenKey(material: KeyMaterial): Promise<TokenKey> {
  return "secret" in material
    ? sharedSecret(material.algorithm, material.secret)
    : keyPair(material.algorithm, material.privateKeyPem);
}

async function sharedSecret(algorithm: JwtAlgorithm, text: string): Promise<TokenKey> {
  const secret = new TextEncoder().encode(text);
  const parameters = IMPORT_PARAMETERS[algorithm];
  const key = await crypto.subtle.importKey("raw", secret, parameters, false, ["sign", "verify"]);
  return {
    id: deriveKey(secret, "key id", 9).toString("base64url"),
    algorithm,
    signingKey: key,
    verifyingKey: key,
    derive: (purpose, bytes) => deriveKey(secret, purpose, bytes),
    publicJwk: null,
  };
}

const IMPORT_PARAMETERS = {
  HS256: { name: "HMAC", hash: "SHA-256" },
  HS384: { name: "HMAC", hash: "SHA-384" },
  HS512: { name: "HMAC", hash: "SHA-512" },
  ES256: { name: "ECDSA", namedCurve: "P-256" },
  RS256: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
  EdDSA: { name: "Ed25519" },
} as const;

async function keyPair(algorithm: JwtAlgorithm, pem: string): Promise<TokenKey> {
  const parameters = IMPORT_PARAMETERS[algorithm];
  const halves = readPrivateKey(algorithm, pem);
  const pkcs8 = halves.privateKey.export({ type: "pkcs8", format: "der" });
  const spki = halves.publicKey.export({ type: "spki", format: "der" });
  const privateKey = await crypto.subtle
    .importKey("pkcs8", new Uint8Array(pkcs8), parameters, false, ["sign"])
    .catch(() => {
      throw unfit(algorithm);
    });
  const publicKey = await crypto.subtle.importKey("spki", new Uint8Array(spki), parameters, true, ["verify"]);
  const jwk = halves.publicKey.export({ format: "jwk" }) as JWK;
  const id = await calculateJwkThumbprint(jwk);
  return {
    id,
    algorithm,
    signingKey: privateKey,
    verifyingKey: publicKey,
    derive: (purpose, bytes) => deriveKey(pkcs8, purpose, bytes),
    publicJwk: { ...jwk, kid: id, alg: algorithm, use: "sig" },
  };
}

function readPrivateKey(algorithm: JwtAlgorithm, pem: string) {
  let privateKey: KeyObject;
  try {
    privateKey = createPrivateKey(pem);
  } catch {
    throw unfit(algorithm);
  }
  const publicKey = createPublicKey(pem);
  const { modulusLength } = privateKey.asymmetricKeyDetails ?? {};
  if (algorithm === "RS256" && modulusLength && modulusLength < 2048) {
    throw new ConfigError("JWT_PRIVATE_KEY: RS256 needs an RSA key of 2048 bits or more");
  }
  return { privateKey, publicKey };
}

function unfit(algorithm: JwtAlgorithm): ConfigError {
  return new ConfigError(`JWT_PRIVATE_KEY: not a PEM private key that ${algorithm} can sign with`);
}
