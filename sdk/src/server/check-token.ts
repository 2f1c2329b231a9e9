import {
  createRemoteJWKSet,
  customFetch,
  decodeProtectedHeader,
  errors,
  type JWTPayload,
  jwtVerify,
} from "jose";
import { AccountServerError } from "./error.ts";
import type { Fetch } from "./request.ts";

/** An access token that is good by itself. */
export interface CheckedToken {
  /** The player's id. */
  userId: number;
  /** The session's id. */
  sessionId: string;
  /** The OAuth client that the session is of: `game`, or another one of yours. */
  clientId: string;
  /** When it expires. */
  expiresAt: Date;
}

export type TokenRules = {
  backendUrl: string;
  issuer: string;
  audience: string;
  clients: readonly string[];
  fetch: Fetch;
};

/** Checks a token with the public keys of the account server; `shared` does it for one that a shared secret signs. */
export type CheckToken = (
  token: string,
  shared: () => Promise<Record<string, unknown>>,
) => Promise<CheckedToken>;

/** Never one of a shared secret: whoever could check it could make it. */
const ALGORITHMS = ["ES256", "RS256", "EdDSA"];

/** Clocks differ. */
const TOLERANCE_SECONDS = 10;

/** @returns a check that keeps the keys, and asks for them again when a token names another (RFC 7517 §5) */
export function tokenCheck({ backendUrl, issuer, audience, clients, fetch }: TokenRules): CheckToken {
  const keys = createRemoteJWKSet(new URL(`${backendUrl}/.well-known/jwks.json`), {
    [customFetch]: (url: string, init: RequestInit) => fetch(url, init),
  });
  return async (token, shared) => {
    const claims = isShared(token) ? await shared() : await verified(token);
    const { sub, sid, client_id, exp } = claims;
    const fits =
      /^[1-9]\d*$/.test(String(sub)) && typeof sid === "string" && clients.includes(client_id as string);
    if (!fits) throw invalidToken();
    return {
      userId: Number(sub),
      sessionId: sid,
      clientId: client_id as string,
      expiresAt: new Date(Number(exp) * 1000),
    };
  };

  async function verified(token: string): Promise<JWTPayload> {
    try {
      const { payload } = await jwtVerify(token, keys, {
        algorithms: ALGORITHMS,
        typ: "at+jwt",
        issuer,
        audience,
        clockTolerance: TOLERANCE_SECONDS,
        requiredClaims: ["sub", "exp"],
      });
      return payload;
    } catch (cause) {
      if (cause instanceof errors.JWKSNoMatchingKey || cause instanceof errors.JWKSMultipleMatchingKeys)
        throw invalidToken();
      if (cause instanceof errors.JOSEError && !/^ERR_(JWKS|JOSE_GENERIC)/.test(cause.code))
        throw invalidToken();
      throw new AccountServerError("network_error", "The keys of the account server cannot be had.", {
        cause,
      });
    }
  }
}

function isShared(token: string): boolean {
  try {
    return String(decodeProtectedHeader(token).alg).startsWith("HS");
  } catch {
    return false;
  }
}

export function invalidToken(): AccountServerError {
  return new AccountServerError("invalid_token", "The access token is not valid.");
}
