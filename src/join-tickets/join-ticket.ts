import { decodeProtectedHeader, errors, jwtVerify, SignJWT } from "jose";
import { epochSeconds, type Timepiece } from "../clock";
import type { Issuer } from "../session/issuer";
import { isUuid } from "../session/uuidv7";
import { SIGNING_ALGORITHM, type SigningKeys } from "../signing-keys/signing-keys";

/** How long a ticket is good. */
export const TICKET_LIFETIME_SECONDS = 60;

/** How far the clocks of two replicas may be apart. */
const SKEW_SECONDS = 5;

const TYPE = "join+jwt";

/** A player's wish to join a game server. */
export type JoinTicket = { userId: number; sessionId: string; server: string };

export type JoinTickets = {
  /** Signs a ticket: a JWT whose audience is the game server. */
  issue(ticket: JoinTicket): Promise<string>;
  /** @returns null for anything but a ticket of ours to this server that is good now; never throws for one */
  open(ticket: string, server: string): Promise<OpenedTicket | null>;
};

export type OpenedTicket = JoinTicket & {
  /** Another in every ticket (`jti`). */
  id: string;
};

/** Join tickets are signed by the keys of id tokens, and have a type of their own (RFC 8725 §3.11). */
export function createJoinTickets(
  signingKeys: Pick<SigningKeys, "current" | "publicKey">,
  issuer: Issuer,
  clock: Timepiece,
): JoinTickets {
  return {
    async issue({ userId, sessionId, server }) {
      const { id, privateKey } = await signingKeys.current();
      const now = epochSeconds(clock);
      return new SignJWT({ sid: sessionId })
        .setProtectedHeader({ alg: SIGNING_ALGORITHM, kid: id, typ: TYPE })
        .setIssuer(issuer.current())
        .setSubject(String(userId))
        .setAudience(server)
        .setJti(crypto.randomUUID())
        .setIssuedAt(now)
        .setExpirationTime(now + TICKET_LIFETIME_SECONDS)
        .sign(privateKey);
    },
    async open(ticket, server) {
      try {
        const key = await signingKeys.publicKey(decodeProtectedHeader(ticket).kid ?? "");
        if (!key) return null;
        const { payload } = await jwtVerify(ticket, key, {
          algorithms: [SIGNING_ALGORITHM],
          typ: TYPE,
          audience: server,
          currentDate: clock.now(),
          clockTolerance: SKEW_SECONDS,
          requiredClaims: ["iss", "sub", "jti", "iat", "exp"],
        });
        const { iss, sub, jti: id = "", sid } = payload;
        if (!issuer.accepts(iss) || typeof sid !== "string" || !isUuid(sid)) return null;
        return { id, userId: Number(sub), sessionId: sid, server };
      } catch (error) {
        if (error instanceof errors.JOSEError || error instanceof TypeError) return null;
        throw error;
      }
    },
  };
}
