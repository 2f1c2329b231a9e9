import type { Clock } from "./clock.ts";
import { parseUser, type UserInfo } from "./user.ts";

/** A signed-in device: what is stored, and how old it was when this process took it over. */
export interface Session {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Lifetime of the access token in seconds, counted from `receivedAt`. */
  readonly expiresIn: number;
  /** Wall clock at receipt, in milliseconds. The server's clock never enters. */
  readonly receivedAt: number;
  readonly user: UserInfo;
  /** Whether the session is bound to the key of this device (RFC 9449). For as long as it lasts. */
  readonly bound: boolean;
  /** How old the session was when this process took it over, and the monotonic time of that moment. */
  readonly adopted: { readonly ageMs: number; readonly atMs: number };
}

const FORMAT = 1;
const CLOCK_TOLERANCE_MS = 60_000;

/**
 * The session in an answer of login or refresh; undefined when it is none.
 *
 * @param bound whether it was bound before: a server of an earlier release does not say so.
 */
export function sessionFromAnswer(
  answer: Record<string, unknown>,
  clock: Clock,
  bound = answer.token_type === "DPoP",
): Session | undefined {
  const { access_token: accessToken, refresh_token: refreshToken, expires_in: expiresIn, user } = answer;
  return build({ accessToken, refreshToken, expiresIn, receivedAt: clock.now(), user, bound }, clock);
}

export function serializeSession(session: Session): string {
  return JSON.stringify({ ...session, format: FORMAT, adopted: undefined });
}

/** The stored session; null for nothing, for half a file and for contents of another kind. */
export function parseSession(stored: string | null | undefined, clock: Clock): Session | null {
  try {
    const value = JSON.parse(stored ?? "");
    return (value.format === FORMAT && build(value, clock)) || null;
  } catch {
    return null;
  }
}

function build(value: Record<keyof Omit<Session, "adopted">, unknown>, clock: Clock): Session | undefined {
  const { accessToken, refreshToken, expiresIn, receivedAt } = value;
  const user = parseUser(value.user);
  if (!user || typeof accessToken !== "string" || typeof refreshToken !== "string") return undefined;
  if (typeof expiresIn !== "number" || typeof receivedAt !== "number") return undefined;
  const age = clock.now() - receivedAt;
  return {
    accessToken,
    refreshToken,
    expiresIn,
    receivedAt,
    user,
    bound: value.bound === true,
    // Received in the future means that the device's clock was set back: the true age is unknown.
    adopted: { ageMs: age < -CLOCK_TOLERANCE_MS ? Infinity : age, atMs: clock.monotonic() },
  };
}

/**
 * Milliseconds left of the access token. Trusts whichever clock says more time went by: the wall clock
 * counts sleep, the monotonic one survives a clock set back.
 */
export function remainingMs(session: Session, clock: Clock): number {
  const { ageMs, atMs } = session.adopted;
  const elapsed = Math.max(clock.now() - session.receivedAt, ageMs + clock.monotonic() - atMs);
  return session.expiresIn * 1000 - elapsed;
}
