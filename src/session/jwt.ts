import { isUtf8 } from "node:buffer";
import { jwt } from "@elysiajs/jwt";
import { decodeProtectedHeader } from "jose";
import type { Clock } from "../clock";
import type { Jwt } from "./access-token";
import type { KeyPair } from "./keys";

/**
 * JWTs signed with a private key, by the JWT plugin: long work, which WebCrypto does in another thread while this one
 * serves.
 */
export function keyPairJwt(
  { algorithm, privateKey, publicKey, id }: KeyPair,
  type: string,
  clock: Clock,
): Jwt {
  const signer = jwt({ secret: privateKey, alg: algorithm, typ: type, kid: id }).decorator.jwt;
  const verifier = jwt({ secret: publicKey }).decorator.jwt;
  return {
    sign: ({ iat: _, ...claims }) => signer.sign(claims),
    async verify(token) {
      if (keyIdOf(token) !== id || !hasUtf8Payload(token) || !hasOneSpelling(token)) return null;
      const claims = await verifier.verify(token, {
        algorithms: [algorithm],
        typ: type,
        currentDate: clock.now(),
      });
      return claims || null;
    },
  };
}

function keyIdOf(token: string): string | undefined {
  try {
    return decodeProtectedHeader(token).kid;
  } catch {
    return undefined;
  }
}

/** RFC 7519 §7.2; jose puts replacement characters in the place of anything else. */
function hasUtf8Payload(token: string): boolean {
  const [, payload = ""] = token.split(".", 2);
  return isUtf8(Buffer.from(payload, "base64url"));
}

/** Whether the unused bits at the signature's end are zero (RFC 4648 §3.5). */
function hasOneSpelling(token: string): boolean {
  const signature = token.slice(token.lastIndexOf(".") + 1);
  return Buffer.from(signature, "base64url").toString("base64url") === signature;
}
