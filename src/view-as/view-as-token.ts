import { type Clock, epochSeconds } from "../clock";
import type { Issuer } from "../session/issuer";
import { createJwt, type Jwt } from "../session/jwt";
import type { KeyRing } from "../session/keys";
import { isUuid } from "../session/uuidv7";

/** How long a token to look with is good, in seconds. */
export const VIEW_AS_SECONDS = 600;

/** Neither its type nor its audience is that of an access token: no game server takes it for a player's. */
const TYPE = "view-as+jwt";
const SCOPE = "read";

/** Whom one of the studio's people looks at a player as. */
export type Viewing = {
  /** The player who is looked at. */
  userId: number;
  /** The one who looks, and their session in the console: the token dies with it. */
  staffId: number;
  sessionId: string;
};

export type ViewAsTokens = {
  /** Signs a token for ten minutes; `act` says who looks (RFC 8693 §4.1). */
  issue(viewing: Viewing): Promise<string>;
  /** @returns null for anything but such a token that is valid now; never throws */
  verify(token: string): Promise<Viewing | null>;
};

export function createViewAsTokens(
  ring: KeyRing,
  { audience, issuer }: { audience: string; issuer: Issuer },
  clock: Clock,
): ViewAsTokens {
  const profile = { type: TYPE, audience: `${audience}/view-as` };
  const jwts = ring.map((key) => createJwt(key, profile, clock));
  const [current] = jwts as [Jwt];
  return {
    issue: ({ userId, staffId, sessionId }) =>
      current.sign({
        iss: issuer.current(),
        sub: String(userId),
        act: { sub: String(staffId) },
        sid: sessionId,
        scope: SCOPE,
        jti: crypto.randomUUID(),
        exp: epochSeconds(clock) + VIEW_AS_SECONDS,
      }),
    async verify(token) {
      for (const jwt of jwts) {
        const claims = await jwt.verify(token);
        if (claims !== null)
          return claims.aud === profile.audience && issuer.accepts(claims.iss) ? viewing(claims) : null;
      }
      return null;
    },
  };
}

function viewing({ sub, act, sid, scope }: Record<string, unknown>): Viewing | null {
  const [userId, staffId] = [Number(sub), Number((Object(act) as { sub?: unknown }).sub)];
  if (!Number.isSafeInteger(userId) || !Number.isSafeInteger(staffId) || scope !== SCOPE) return null;
  return typeof sid === "string" && isUuid(sid) ? { userId, staffId, sessionId: sid } : null;
}
