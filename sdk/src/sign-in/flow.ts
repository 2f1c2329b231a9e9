import type { LoginStatus } from "../callbacks.ts";
import type { Clock } from "../clock.ts";
import type { DeviceCode } from "../device-code.ts";
import { type AccountError, browserNotOpened, cancelled, loginTimeout, toAccountError } from "../errors.ts";
import type { LoginOptions, OAuthManagerOptions } from "../options.ts";
import type { SignIn, SignInAttempt, SignInProof, Unfinished } from "../platform.ts";
import type { Session } from "../session.ts";

const TIMEOUT_SECONDS = 300;
/** What setTimeout can count; it fires at once for more. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** What a sign-in is for. */
export interface Purpose {
  /** Whose page the player signs in at, default `google`; `code` where it is asked to be by a code, whose page asks that itself. */
  provider?: string | undefined;
  /** The id of the player who is to have one more way in. */
  link?: number | undefined;
}

interface Running extends Purpose {
  readonly abort: AbortController;
  readonly done: Promise<void>;
  showAgain?: () => void;
  /** Lets another sign-in bring this one to its end. */
  finishWith(unfinished: Unfinished): void;
}

/** Signs in with a proof or a session, or gives the player `link` one more way in. */
type Complete = (
  proof: SignInProof | Session,
  signal: AbortSignal,
  link: number | undefined,
) => Promise<void>;

/** At most one sign-in at a time, from its start to its status. */
export class SignInFlow {
  readonly #options: OAuthManagerOptions;
  readonly #clock: Clock;
  readonly #complete: Complete;
  readonly #changed: () => void;
  #running: Running | undefined;
  /** How the last sign-in went, as long as nobody is signed in, or the last link. */
  status: Exclude<LoginStatus, { state: "success" }> = { state: "not_started" };
  /** The id of the player whom the last one links something to; undefined when it was a sign-in. */
  link: number | undefined;

  constructor(options: OAuthManagerOptions, clock: Clock, complete: Complete, changed: () => void) {
    this.#options = options;
    this.#clock = clock;
    this.#complete = complete;
    this.#changed = changed;
  }

  /** Settles with the sign-in under way; never rejects. */
  get done(): Promise<void> | undefined {
    return this.#running?.done.catch(() => {});
  }

  /**
   * Goes on with the sign-in under way, showing its page again, or starts `signIn` before it returns. One for something
   * else is given up.
   */
  start(
    signIn: SignIn,
    { mode, signal, provider: asked = "google", link }: LoginOptions & Purpose = {},
  ): Promise<void> {
    const running = this.#running;
    const provider = mode === "code" ? mode : asked;
    if (running && running.provider === provider && running.link === link) running.showAgain?.();
    else {
      this.cancel();
      this.#begin(signIn, mode, { provider, link }, signal);
    }
    const { abort, done } = this.#running as unknown as Running;
    const cancel = () => abort.abort(cancelled());
    if (signal?.aborted) cancel();
    signal?.addEventListener("abort", cancel, { signal: abort.signal });
    return done;
  }

  /** Brings the sign-in under way to its end with `unfinished`, or starts that one. */
  finish(unfinished: Unfinished): Promise<void> {
    if (!this.#running) return this.start(unfinished.signIn, { link: unfinished.link });
    this.#running.finishWith(unfinished);
    return this.#running.done;
  }

  /** Gives the sign-in under way up; the status is then that of somebody who never tried. */
  cancel(reason: AccountError = cancelled()): void {
    const running = this.#running;
    this.#running = undefined;
    this.link = undefined;
    this.status = { state: "not_started" };
    running?.abort.abort(reason);
  }

  #begin(
    signIn: SignIn,
    mode: SignInAttempt["mode"],
    { provider = "", link }: Purpose,
    given?: AbortSignal,
  ): void {
    const abort = new AbortController();
    const { signal } = abort;
    const milliseconds = (this.#options.loginTimeoutSeconds ?? TIMEOUT_SECONDS) * 1000;
    const giveUp = () => abort.abort(loginTimeout(milliseconds / 1000));
    const timer = milliseconds <= LONGEST_TIMER_MS && this.#clock.setTimeout(giveUp, milliseconds);
    const waitOn = () => this.#clock.clearTimeout(timer);
    signal.addEventListener("abort", waitOn);
    const showing = (url: string, showAgain: () => void, cause?: unknown, code?: DeviceCode) => {
      if (running !== this.#running) return;
      running.showAgain = showAgain;
      // A code has an end of its own.
      if (code && !this.#options.loginTimeoutSeconds) waitOn();
      const error = cause ? { error: browserNotOpened(cause) } : undefined;
      this.#set({ state: "in_progress", url, ...code, ...error });
    };
    const attemptTo = (link: number | undefined): SignInAttempt => ({
      options: this.#options,
      mode,
      provider,
      link,
      signal,
      complete: (proof) => this.#complete(proof, signal, link),
      showing,
    });
    let endWith: (work: Promise<void>) => void = () => {};
    const first = new Promise<void>((resolve, reject) => {
      endWith = (work) => void work.then(resolve, reject);
      rejection(signal).catch(reject);
    });
    const end = (status: SignInFlow["status"]) => {
      abort.abort(cancelled());
      if (running !== this.#running) return;
      this.#running = undefined;
      this.#set(status);
    };
    const done = first.then(
      () => end({ state: "not_started" }),
      (thrown) => {
        const error = toAccountError(thrown);
        end({ state: "failed", error });
        throw error;
      },
    );
    const finishWith = (other: Unfinished) => endWith(other.signIn(attemptTo(other.link)));
    const running: Running = { abort, done, finishWith, provider, link };
    this.#running = running;
    this.link = link;
    this.#set({ state: "in_progress" });
    // Nothing opens for a sign-in that was given up before it began.
    if (given?.aborted) abort.abort(cancelled());
    else endWith(signIn(attemptTo(link)));
  }

  #set(status: SignInFlow["status"]): void {
    this.status = status;
    this.#changed();
  }
}

/** Rejects with the reason of the abort. */
export function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const fail = () => reject(signal.reason);
    if (signal.aborted) fail();
    signal.addEventListener("abort", fail);
  });
}
