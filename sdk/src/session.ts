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
  /** Milliseconds of age when taken over, and the monotonic time of that moment. */
  readonly taken: { readonly age: number; readonly at: number };
}

const FORMAT = 1;
const CLOCK_TOLERANCE_MS = 60_000;

/** The session in an answer of login or refresh; undefined when it is none. */
export function sessionFromAnswer(answer: Record<string, unknown>, clock: Clock): Session | undefined {
  const { access_token, refresh_token, expires_in, user } = answer;
  return build(access_token, refresh_token, expires_in, clock.now(), user, clock);
}

export function serializeSession(session: Session): string {
  const { accessToken, refreshToken, expiresIn, receivedAt, user } = session;
  return JSON.stringify({ format: FORMAT, accessToken, refreshToken, expiresIn, receivedAt, user });
}

/** The stored session; null for nothing, for half a file and for a format from another time. */
export function parseSession(stored: string | null | undefined, clock: Clock): Session | null {
  try {
    const value = JSON.parse(stored ?? "");
    if (value.format !== FORMAT) return null;
    const { accessToken, refreshToken, expiresIn, receivedAt, user } = value;
    return build(accessToken, refreshToken, expiresIn, receivedAt, user, clock) ?? null;
  } catch {
    return null;
  }
}

function build(
  accessToken: unknown,
  refreshToken: unknown,
  expiresIn: unknown,
  receivedAt: unknown,
  profile: unknown,
  clock: Clock,
): Session | undefined {
  const user = parseUser(profile);
  if (!user || typeof accessToken !== "string" || typeof refreshToken !== "string") return undefined;
  if (!(Number(expiresIn) > 0) || !Number.isFinite(receivedAt)) return undefined;
  const age = clock.now() - (receivedAt as number);
  return {
    accessToken,
    refreshToken,
    expiresIn: Number(expiresIn),
    receivedAt: receivedAt as number,
    user,
    // Received in the future means that the device's clock was set back: the true age is unknown.
    taken: { age: age < -CLOCK_TOLERANCE_MS ? Number.POSITIVE_INFINITY : age, at: clock.monotonic() },
  };
}

/**
 * Milliseconds left of the access token. Trusts whichever clock says more time went by: the wall clock
 * counts sleep, the monotonic one survives a clock set back.
 */
export function remainingMs(session: Session, clock: Clock): number {
  const { age, at } = session.taken;
  const elapsed = Math.max(clock.now() - session.receivedAt, age + clock.monotonic() - at);
  return session.expiresIn * 1000 - elapsed;
}
