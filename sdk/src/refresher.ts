import type { Clock } from "./clock.ts";
import type { CurrentSession } from "./current-session.ts";
import { AccountError, toAccountError } from "./errors.ts";
import type { Http } from "./http.ts";
import { remainingMs, type Session } from "./session.ts";
import type { SessionStore } from "./session-store.ts";

/** Refresh this long before expiry, or at four fifths of a short-lived token's life. */
const MARGIN_MS = 60_000;
/** Look at the clock this often: timers stand still while a device sleeps. */
const POLL_MS = 30_000;
const FIRST_BACK_OFF_MS = 1_000;
const LONGEST_BACK_OFF_MS = 60_000;
/** However long a server asks to wait. */
const LONGEST_WAIT_MS = 300_000;
/** Calls of the game in one moment share one answer; after that each asks the server. */
const SHARED_FAILURE_MS = 250;

/** Why the refresh of a token failed, and until when that stands. */
interface Failure {
  readonly token: string;
  readonly error: AccountError;
  /** The back-off, before jitter, in milliseconds. */
  readonly wait: number;
  /** When the timer may try again. Monotonic. */
  readonly until: number;
  /** Until when calls of the game get this failure too. Monotonic. */
  readonly sharedUntil: number;
}

/** Keeps the current session fresh: one refresh at a time, backing off, ended by `invalid_grant` alone. */
export class Refresher {
  readonly #http: Http;
  readonly #store: SessionStore;
  readonly #current: CurrentSession;
  readonly #clock: Clock;
  #running: { readonly promise: Promise<Session>; readonly background: boolean } | undefined;
  #failure: Failure | undefined;
  /** The refresh token that the server declared dead, and its words. */
  #dead: { token: string; error: AccountError } | undefined;
  /** The access token that the account server refused. */
  #refused: string | undefined;
  #timer: unknown;

  readonly #isFresh = (session: Session) => this.#dueIn(session) > 0;

  constructor(http: Http, store: SessionStore, current: CurrentSession, clock: Clock) {
    this.#http = http;
    this.#store = store;
    this.#current = current;
    this.#clock = clock;
  }

  /**
   * A session whose access token works.
   *
   * @throws AccountError `not_logged_in`, or why an expired token could not be refreshed.
   */
  async fresh(): Promise<Session> {
    const session = this.required();
    if (this.#isFresh(session)) return session;
    try {
      return await this.refresh(this.#isFresh);
    } catch (error) {
      const { value } = this.#current;
      if (value && this.#remaining(value) > 0) return value;
      throw error;
    }
  }

  /** What to use instead of an access token that was answered with 401. `final`: the account server said so. */
  async replace(accessToken: string, final: boolean): Promise<Session> {
    const session = this.required();
    if (session.accessToken !== accessToken) return session;
    if (final) {
      this.#refused = accessToken;
      // A session that the server declared dead ends now, also when no refresh follows.
      this.schedule();
    }
    return this.refresh((found) => found.accessToken !== accessToken);
  }

  /**
   * One refresh, however many callers. Asks the server whatever the back-off: that one is the timer's.
   *
   * @param enough says whether a session that another tab or process left in the store will do.
   */
  refresh(enough: (found: Session) => boolean = () => false): Promise<Session> {
    const { token, error, sharedUntil = 0 } = this.#failure ?? {};
    const isShared = token === this.#current.value?.refreshToken && sharedUntil > this.#clock.monotonic();
    if (isShared) return Promise.reject(error);
    const running = this.#running;
    // The timer's failure is no answer to the game, which may have been asked while the network came back.
    if (running?.background) return running.promise.catch(() => this.refresh(enough));
    return this.#run(enough, false);
  }

  #run(enough: (found: Session) => boolean, background: boolean): Promise<Session> {
    this.#running ??= {
      background,
      promise: this.#refresh(enough, background).finally(() => {
        this.#running = undefined;
        this.schedule();
      }),
    };
    return this.#running.promise;
  }

  /** Refreshes or ends the session when the clock says so. */
  check(): void {
    const session = this.#current.value;
    if (!session) return;
    if (this.#isDead(session)) {
      if (this.#remaining(session) <= 0) void this.#end(session);
    } else if (!this.#isFresh(session)) {
      if (this.#backOff() <= 0) this.#run(this.#isFresh, true).catch(() => {});
    }
    this.schedule();
  }

  /** The network is back: forget the back-off. */
  retry(): void {
    this.#failure = undefined;
    this.check();
  }

  schedule(): void {
    this.#clock.clearTimeout(this.#timer);
    const session = this.#current.value;
    if (!session) return;
    const wait = Math.max(this.#dueIn(session), this.#isDead(session) ? 0 : this.#backOff());
    this.#timer = this.#clock.setTimeout(() => this.check(), Math.min(Math.max(wait, 100), POLL_MS));
  }

  async #refresh(enough: (found: Session) => boolean, background: boolean): Promise<Session> {
    const token = this.required().refreshToken;
    try {
      const session = await this.#store.lock("refresh", () => this.#rotate(enough));
      this.#failure = undefined;
      return session;
    } catch (thrown) {
      const error = toAccountError(thrown);
      const wait = Math.min(2 * (this.#failure?.wait ?? FIRST_BACK_OFF_MS / 2), LONGEST_BACK_OFF_MS);
      const jittered = wait * (0.5 + Math.random() / 2);
      const asked = Math.min((error.retryAfterSeconds ?? 0) * 1000, LONGEST_WAIT_MS);
      const now = this.#clock.monotonic();
      const until = now + Math.max(jittered, asked);
      this.#failure = { token, error, wait, until, sharedUntil: background ? 0 : now + SHARED_FAILURE_MS };
      throw error;
    }
  }

  async #rotate(enough: (found: Session) => boolean): Promise<Session> {
    const session = this.required();
    const stored = await this.#store.read();
    if (stored?.refreshToken !== session.refreshToken) {
      this.#adopt(session, stored);
      return this.#rotate(enough);
    }
    // Another tab or process has refreshed, before the lock was free or before the store was read.
    if (enough(session)) return session;
    if (this.#isDead(session)) return this.#fail(session);
    try {
      const { refreshToken: refresh_token } = session;
      const next = await this.#http.postForSession("/api/refresh", { refresh_token }, session);
      if (!this.#current.is(session)) return this.required();
      return this.#adopt(session, await this.#store.swap(session.refreshToken, () => next));
    } catch (thrown) {
      const error = toAccountError(thrown);
      if (error.code !== "invalid_grant" || error.status !== 401) throw error;
      const held = await this.#store.read();
      if (held?.refreshToken !== session.refreshToken) return this.#adopt(session, held);
      this.#dead = { token: session.refreshToken, error };
      return this.#fail(session);
    }
  }

  /** A dead session lasts as long as its access token works. */
  async #fail(session: Session): Promise<never> {
    if (this.#remaining(session) <= 0) await this.#end(session);
    throw this.#dead?.error;
  }

  /** Goes on with what the store holds, unless this game has moved on from `session` by itself. */
  #adopt(session: Session, stored: Session | null): Session {
    if (this.#current.is(session)) this.#current.replace(stored);
    return this.required();
  }

  async #end(session: Session): Promise<void> {
    const held = await this.#store.swap(session.refreshToken, () => null);
    if (this.#current.is(session)) this.#current.replace(held);
  }

  /** The session in use, fresh or not. @throws AccountError `not_logged_in` */
  required(): Session {
    const { value } = this.#current;
    if (!value) throw new AccountError("not_logged_in", "No player is signed in.");
    return value;
  }

  #isDead(session: Session): boolean {
    return session.refreshToken === this.#dead?.token;
  }

  #remaining(session: Session): number {
    return session.accessToken === this.#refused ? 0 : remainingMs(session, this.#clock);
  }

  #dueIn(session: Session): number {
    const margin = Math.min(MARGIN_MS, session.expiresIn * 200);
    return this.#remaining(session) - (this.#isDead(session) ? 0 : margin);
  }

  /** Milliseconds until the timer may try the refresh that failed again. */
  #backOff(): number {
    const { token, until = 0 } = this.#failure ?? {};
    return token === this.#current.value?.refreshToken ? until - this.#clock.monotonic() : 0;
  }
}
