import { decodeJwt } from "jose";
import { LRUCache } from "lru-cache";
import { type Clock, epochSeconds } from "../clock";
import { GAME_CLIENT_ID } from "../config/oauth";
import { PLAYER } from "../roles/role";
import { sha256 } from "../sha256";
import type { Issuer } from "./issuer";
import { createJwt, type Jwt } from "./jwt";
import type { KeyRing } from "./keys";
import { isUuid } from "./uuidv7";

const TYPE = "at+jwt";
const MAXIMUM_LENGTH = 4_096;
const MAXIMUM_USER_ID = 2 ** 31 - 1;
/** Tokens whose signature is remembered, by their hash: some 2 MB. */
const REMEMBERED_TOKENS = 16_384;
const THUMBPRINT = /^[A-Za-z0-9_-]{43}$/;

/** The OAuth client that a session was opened for, and what for; both null for the game's own endpoints. */
export type SessionClient = { clientId: string | null; scope: string | null };

export const OWN_ENDPOINTS: SessionClient = { clientId: null, scope: null };

/** What is settled about a session when it is opened. */
export type SessionTraits = SessionClient & {
  /** Thumbprint of the key that it is bound to (`cnf.jkt`, RFC 9449 §6.1); null for none. */
  jkt: string | null;
};

export type AccessTokenSubject = { userId: number; sessionId: string } & SessionTraits;

/** Whom a new token is for. */
export type NewAccessToken = AccessTokenSubject & {
  /** What the player is, separated by commas. */
  roles: string;
};

/** A token that is good by itself; whether its session lives is another question. */
export type VerifiedAccessToken = AccessTokenSubject & {
  clientId: string;
  /** Its claims, for whoever is told of it. */
  claims: Record<string, unknown>;
};

export type AccessTokens = {
  expiresInSeconds: number;
  /**
   * Signs a JWT access token (RFC 9068 §2). It says the player's `roles` where there is more than `player` (§2.2.3.1).
   */
  issue(
    subject: NewAccessToken & { /** Beside the server's own. */ claims?: Record<string, unknown> },
  ): Promise<string>;
  /** @returns null for anything but a token of ours that is valid now; never throws */
  verify(token: string): Promise<VerifiedAccessToken | null>;
};

export type AccessTokenOptions = {
  expiresInSeconds: number;
  audience: string;
  issuer: Issuer;
  /** The studio's own clients: no other is told what a player is. */
  firstPartyIds: readonly string[];
};

/**
 * Access tokens, signed with the current key; each of the ring verifies. The same bytes are verified once: what a signature
 * says never changes, and only the time is looked at again.
 */
export function createAccessTokens(
  ring: KeyRing,
  { expiresInSeconds, audience, issuer, firstPartyIds }: AccessTokenOptions,
  clock: Clock,
): AccessTokens {
  const jwts = ring.map((key) => createJwt(key, { type: TYPE, audience }, clock));
  const [current] = jwts as [Jwt];
  const remembered = new LRUCache<string, true>({ max: REMEMBERED_TOKENS });

  return {
    expiresInSeconds,
    issue({ userId, sessionId, clientId, scope, jkt, roles, claims }) {
      return current.sign({
        ...claims,
        iss: issuer.current(),
        sub: String(userId),
        user_id: userId,
        sid: sessionId,
        type: "access",
        client_id: clientId ?? GAME_CLIENT_ID,
        ...(scope === null ? {} : { scope }),
        ...(roles !== PLAYER &&
          firstPartyIds.includes(clientId ?? GAME_CLIENT_ID) && { roles: roles.split(",") }),
        jti: crypto.randomUUID(),
        ...(jkt !== null && { cnf: { jkt } }),
        exp: epochSeconds(clock) + expiresInSeconds,
      });
    },
    async verify(token) {
      if (token.length > MAXIMUM_LENGTH) return null;
      const hash = sha256(token).toString("latin1");
      if (remembered.get(hash)) {
        const claims = decodeJwt(token);
        return Number(claims.exp) > epochSeconds(clock) ? verified(claims) : null;
      }
      for (const jwt of jwts) {
        const claims = await jwt.verify(token);
        if (claims === null) continue;
        const read = claims.aud === audience && issuer.accepts(claims.iss) ? verified(claims) : null;
        if (read) remembered.set(hash, true);
        return read;
      }
      return null;
    },
  };
}

/** The claims of our own, which the plugin knows nothing of, in the shapes that we issue. */
function verified(claims: Record<string, unknown>): VerifiedAccessToken | null {
  const { type, sub, user_id: userId, sid, client_id: clientId = GAME_CLIENT_ID, scope = null, cnf } = claims;
  if (type !== "access") return null;
  if (!isUserId(userId) || String(userId) !== sub) return null;
  if (typeof clientId !== "string" || (scope !== null && typeof scope !== "string")) return null;
  if (typeof sid !== "string" || !isUuid(sid)) return null;
  const token = { userId, sessionId: sid, clientId, scope, claims };
  if (cnf === undefined) return { ...token, jkt: null };
  const { jkt } = Object(cnf) as Record<string, unknown>;
  return typeof jkt === "string" && THUMBPRINT.test(jkt) ? { ...token, jkt } : null;
}

function isUserId(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0 && (value as number) <= MAXIMUM_USER_ID;
}
