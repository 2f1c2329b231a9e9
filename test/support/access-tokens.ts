import { type CompactJWSHeaderParameters, CompactSign, decodeJwt, decodeProtectedHeader } from "jose";
import { JWT_SECRET } from "./server";

export type Forgery = {
  /** Replace members of the genuine token's header; undefined takes one away. */
  header?: Record<string, unknown>;
  /** Likewise for its claims. */
  claims?: Record<string, unknown>;
  /** What is signed instead of the claims. */
  payload?: Uint8Array;
  /** Signs instead of the server's own secret. */
  key?: CryptoKey | Uint8Array;
};

/** A genuine token with some things changed and signed anew, so that nothing else is wrong with it. */
export function forge(
  genuine: string,
  { header, claims, payload, key = secretBytes() }: Forgery,
): Promise<string> {
  const changed = JSON.parse(JSON.stringify({ ...decodeJwt(genuine), ...claims }));
  const signing = new CompactSign(payload ?? new TextEncoder().encode(JSON.stringify(changed)));
  signing.setProtectedHeader({
    ...decodeProtectedHeader(genuine),
    ...header,
  } as CompactJWSHeaderParameters);
  return signing.sign(key);
}

/** A token of any header and claims whatsoever, signed by nobody. */
export function unsigned(header: object, claims: object, signature = ""): string {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
  return `${encode(header)}.${encode(claims)}.${signature}`;
}

/** The tests' own JWT_SECRET, as bytes. */
export function secretBytes(): Uint8Array {
  return new TextEncoder().encode(JWT_SECRET);
}
