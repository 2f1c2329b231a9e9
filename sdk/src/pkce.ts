import { base64Url } from "./base64url.ts";
import { AccountError } from "./errors.ts";

export interface Pkce {
  /** Random, 43 characters (RFC 7636 §4.1). Stays in the game. */
  readonly verifier: string;
  /** SHA-256 of the verifier, base64url; method S256, no other. */
  readonly challenge: string;
}

let prepared: Pkce | undefined;

/** Makes a pair ahead of the click that will need it, as browsers hash asynchronously. */
export async function preparePkce(): Promise<void> {
  prepared ??= await createPkce().catch(() => undefined);
}

/** The prepared pair, which serves once. */
export function takePreparedPkce(): Pkce | undefined {
  const pair = prepared;
  prepared = undefined;
  return pair;
}

/** @throws AccountError `crypto_unavailable` where WebCrypto is missing, as on a plain `http:` page. */
export async function createPkce(): Promise<Pkce> {
  const verifier = randomToken();
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  return { verifier, challenge: base64Url(new Uint8Array(digest)) };
}

/** 256 random bits, base64url. @throws AccountError `crypto_unavailable`. */
export function randomToken(): string {
  if (!globalThis.crypto?.subtle) {
    throw new AccountError("crypto_unavailable", "Signing in needs https or localhost.");
  }
  return base64Url(crypto.getRandomValues(new Uint8Array(32)));
}
