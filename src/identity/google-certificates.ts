import { createPublicKey, type JsonWebKey } from "node:crypto";

/** Google's signing keys by key id, as PEM, which its library verifies with. */
export type Certificates = Readonly<Record<string, string>>;

/** Reads Google's answer, a JWK Set or PEM by key id. Whatever is no key is left out. */
export function readCertificates(answer: unknown): Record<string, string> {
  const { keys, ...pems } = Object(answer) as Record<string, unknown>;
  const found = Array.isArray(keys) ? fromJwks(keys) : Object.entries(pems).filter(isPem);
  return Object.fromEntries(found);
}

function isPem(entry: [string, unknown]): entry is [string, string] {
  const [, value] = entry;
  return typeof value === "string" && value.startsWith("-----BEGIN ");
}

function fromJwks(keys: (JsonWebKey & { kid?: string })[]): [string, string][] {
  return keys
    .filter((key) => key.kty === "RSA" && typeof key.kid === "string")
    .map((key) => [
      key.kid as string,
      createPublicKey({ key, format: "jwk" }).export({ type: "spki", format: "pem" }) as string,
    ]);
}
