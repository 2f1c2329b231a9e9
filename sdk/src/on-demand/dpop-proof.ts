import { base64Url } from "../base64url.ts";

/** What a proof is about. */
export interface Proven {
  readonly method: string;
  readonly url: string;
  /** Sent beside the proof, when one is. */
  readonly accessToken?: string | undefined;
  readonly nonce?: string | undefined;
  /** Seconds since 1970, by this device's clock. */
  readonly issuedAt: number;
}

/** A DPoP proof (RFC 9449 §4.2), signed with ES256. */
export async function createProof(
  { publicKey, privateKey }: CryptoKeyPair,
  { method, url, accessToken, nonce, issuedAt }: Proven,
): Promise<string> {
  const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", publicKey);
  const claims = {
    jti: crypto.randomUUID(),
    htm: method,
    htu: url.replace(/[?#].*/s, ""),
    iat: issuedAt,
    nonce,
    ath: accessToken && (await hash(accessToken)),
  };
  const content = [{ typ: "dpop+jwt", alg: "ES256", jwk: { kty, crv, x, y } }, claims]
    .map((part) => base64Url(bytesOf(JSON.stringify(part))))
    .join(".");
  const signed = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, privateKey, bytesOf(content));
  return `${content}.${base64Url(new Uint8Array(signed))}`;
}

/** RFC 7638. */
export async function thumbprintOf({ publicKey }: CryptoKeyPair): Promise<string> {
  const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", publicKey);
  return hash(JSON.stringify({ crv, kty, x, y }));
}

/** The key that an access token is bound to (RFC 7800 §3.1); undefined for a token that is bound to none. */
export function keyNamedIn(accessToken: string): string | undefined {
  try {
    const [, claims = ""] = accessToken.split(".");
    return JSON.parse(atob(claims.replaceAll("-", "+").replaceAll("_", "/"))).cnf?.jkt;
  } catch {
    return undefined;
  }
}

async function hash(text: string): Promise<string> {
  return base64Url(new Uint8Array(await crypto.subtle.digest("SHA-256", bytesOf(text))));
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
