import type { AccountError } from "../errors.ts";
import type { Answer, FetchLike } from "../http.ts";
import type { SignInAttempt } from "../platform.ts";
import type { Session } from "../session.ts";
import { parseUser } from "../user.ts";
import { fetchWithProof } from "./bound-fetch.ts";
import { authorizeDevice, fetchQr } from "./device-authorization.ts";
import { elapsedMs, momentOf, pause } from "./elapsed.ts";
import type { Host } from "./host.ts";
import { pollForTokens } from "./poll-for-tokens.ts";

const FIRST_BACK_OFF_MS = 1_000;
const LONGEST_BACK_OFF_MS = 30_000;
/** How long a player who has confirmed is asked for. */
const PATIENCE_MS = 300_000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** Until the server has said who it is. */
const NOBODY = { id: 0, name: "" };

/**
 * Signs in by a code that the player confirms on another device (RFC 8628).
 *
 * @param failure why no browser opened, if one was to.
 * @throws AccountError `code_unavailable`, `access_denied`, `login_timeout`, …
 */
export async function signInByCode(host: Host, attempt: SignInAttempt, failure?: unknown): Promise<void> {
  const { signal, showing, complete } = attempt;
  // The clock's timers let a process end.
  const awake = setInterval(() => {}, LONGEST_TIMER_MS);
  try {
    const authorization = await authorizeDevice(host, signal);
    const { code } = authorization;
    const show = (qrSvg?: string) =>
      showing(code.verificationUrlComplete, () => {}, failure, { ...code, ...(qrSvg && { qrSvg }) });
    show();
    fetchQr(host, code, signal).then(show, () => {});
    const tokens = await pollForTokens(host, authorization, signal);
    await complete(await sessionOf(host, tokens, signal));
  } finally {
    clearInterval(awake);
  }
}

/** The session of these tokens. Once given up, nobody's, which is to be ended. @throws AccountError */
async function sessionOf({ AccountError, http }: Host, tokens: Answer, signal: AbortSignal) {
  const session: Session = http.sessionIn({ ...tokens, user: NOBODY });
  const send: FetchLike = (url, init) => {
    const request = new Request(url, init);
    request.headers.set("authorization", `Bearer ${session.accessToken}`);
    return session.bound ? fetchWithProof(http, session, request) : http.fetch(request);
  };
  const { clock } = http;
  const since = momentOf(clock);
  for (let backOff = FIRST_BACK_OFF_MS; ; backOff = Math.min(2 * backOff, LONGEST_BACK_OFF_MS)) {
    try {
      const user = parseUser((await http.request("GET", "/api/me", undefined, send)).user);
      if (!user) throw new AccountError("invalid_response", "The answer carries no player.");
      return { ...session, user };
    } catch (error) {
      const mayPass = /^(network_error|server_error|rate_limited)$/.test((error as AccountError).code);
      const isOver = elapsedMs(clock, since) > PATIENCE_MS;
      if (!signal.aborted && (!mayPass || isOver)) throw error;
    }
    await pause(clock, backOff, signal).catch(() => {});
    if (signal.aborted) return session;
  }
}
