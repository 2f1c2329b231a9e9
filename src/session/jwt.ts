import { isUtf8 } from "node:buffer";
import { jwt } from "@elysiajs/jwt";
import type { Timepiece } from "../clock";
import type { TokenKey } from "./keys";

/** Without padding (RFC 7515 §2). */
const BASE64URL = /^[A-Za-z0-9_-]+$/;
const OPENING_BRACE = 0x7b;

/** What one key signs and recognises. */
export type Jwt = {
  /** @param claims beside `aud` and `iat`, which are added; `exp` is a NumericDate */
  sign(claims: {
    iss: string;
    exp: number;
    [claim: string]: string | number | string[] | Record<string, string>;
  }): Promise<string>;
  /**
   * @returns the claims of a token with this key's signature, header and audience, of which `exp` lies ahead and `nbf`, if
   * any, does not; else null. Whose they are is the caller's to check
   */
  verify(token: string): Promise<Record<string, unknown> | null>;
};

export type JwtProfile = { type: string; audience: string };

/** JWTs of one key (RFC 7519), made and checked by the JWT plugin. Several under way take several threads. */
export function createJwt(
  { algorithm, signingKey, verifyingKey, id }: TokenKey,
  { type, audience }: JwtProfile,
  clock: Timepiece,
): Jwt {
  const signer = jwt({
    secret: signingKey,
    alg: algorithm,
    typ: type,
    kid: id,
    aud: audience,
  }).decorator.jwt;
  const verifier = jwt({ secret: verifyingKey }).decorator.jwt;
  // As the plugin spells it, and as the release before spelled it where a secret is shared. No algorithm, address, key
  // or extension is ever a token's choice.
  const headers = [
    encode({ alg: algorithm, kid: id, typ: type }),
    encode({ alg: algorithm, typ: type, kid: id }),
  ];
  return {
    sign: (claims) => signer.sign(claims),
    async verify(token) {
      const [header = "", payload = ""] = token.split(".", 2);
      if (!headers.includes(header) || !isStrictJson(payload) || !hasOneSpelling(token)) return null;
      const claims = await verifier.verify(token, {
        algorithms: [algorithm],
        typ: type,
        audience,
        currentDate: clock.now(),
        requiredClaims: ["iss", "sub", "iat", "exp"],
      });
      return claims || null;
    },
  };
}

function encode(header: object): string {
  return Buffer.from(JSON.stringify(header)).toString("base64url");
}

/**
 * RFC 7519 §7.2, RFC 8259 §8.1: UTF-8 without a byte order mark. A lenient decoder reads replacement characters where
 * something else was signed.
 */
function isStrictJson(payload: string): boolean {
  if (!BASE64URL.test(payload)) return false;
  const bytes = Buffer.from(payload, "base64url");
  return bytes[0] === OPENING_BRACE && isUtf8(bytes);
}

/** Whether the unused bits at the signature's end are zero (RFC 4648 §3.5). */
function hasOneSpelling(token: string): boolean {
  const signature = token.slice(token.lastIndexOf(".") + 1);
  return Buffer.from(signature, "base64url").toString("base64url") === signature;
}
