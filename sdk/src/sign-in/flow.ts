import type { LoginStatus } from "../callbacks.ts";
import type { Clock } from "../clock.ts";
import { type AccountError, cancelled, loginTimeout, toAccountError } from "../errors.ts";
import type { LoginOptions, OAuthManagerOptions } from "../options.ts";
import type { SignIn, SignInAttempt, SignInProof } from "../platform.ts";

const TIMEOUT_SECONDS = 300;
/** What setTimeout can count; it fires at once for more. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

interface Running {
  readonly abort: AbortController;
  readonly done: Promise<void>;
  showAgain?: () => void;
  /** Lets another sign-in bring this one to its end. */
  finishWith(signIn: SignIn): void;
}

/** At most one sign-in at a time, from its start to its status. */
export class SignInFlow {
  readonly #options: OAuthManagerOptions;
  readonly #clock: Clock;
  readonly #complete: (proof: SignInProof, signal: AbortSignal) => Promise<void>;
  readonly #changed: () => void;
  #running: Running | undefined;
  /** How the last sign-in went, as long as nobody is signed in. */
  status: LoginStatus = { state: "not_started" };

  constructor(
    options: OAuthManagerOptions,
    clock: Clock,
    complete: (proof: SignInProof, signal: AbortSignal) => Promise<void>,
    changed: () => void,
  ) {
    this.#options = options;
    this.#clock = clock;
    this.#complete = complete;
    this.#changed = changed;
  }

  /** Settles with the sign-in under way; never rejects. */
  get done(): Promise<void> | undefined {
    return this.#running?.done.catch(() => {});
  }

  /** Goes on with the sign-in under way, showing its page again, or starts `signIn` before it returns. */
  start(signIn: SignIn, { mode = "popup", signal }: LoginOptions = {}): Promise<void> {
    if (!this.#running) this.#begin(signIn, mode, signal);
    else this.#running.showAgain?.();
    const { abort, done } = this.#running as unknown as Running;
    const cancel = () => abort.abort(cancelled());
    if (signal?.aborted) cancel();
    signal?.addEventListener("abort", cancel, { signal: abort.signal });
    return done;
  }

  /** Brings the sign-in under way to its end with `signIn`, or starts that one. */
  finish(signIn: SignIn): Promise<void> {
    if (!this.#running) return this.start(signIn);
    this.#running.finishWith(signIn);
    return this.#running.done;
  }

  /** Gives the sign-in under way up; the status is then that of somebody who never tried. */
  cancel(reason: AccountError = cancelled()): void {
    const running = this.#running;
    this.#running = undefined;
    this.status = { state: "not_started" };
    running?.abort.abort(reason);
  }

  #begin(signIn: SignIn, mode: "popup" | "redirect", given?: AbortSignal): void {
    const abort = new AbortController();
    const { signal } = abort;
    const milliseconds = (this.#options.loginTimeoutSeconds ?? TIMEOUT_SECONDS) * 1000;
    if (milliseconds <= LONGEST_TIMER_MS) {
      const giveUp = () => abort.abort(loginTimeout(milliseconds / 1000));
      const timer = this.#clock.setTimeout(giveUp, milliseconds);
      signal.addEventListener("abort", () => this.#clock.clearTimeout(timer));
    }
    const showing = (url: string, showAgain: () => void, error?: AccountError) => {
      if (running !== this.#running) return;
      running.showAgain = showAgain;
      this.#set({ state: "in_progress", url, ...(error && { error }) });
    };
    const complete = (proof: SignInProof) => this.#complete(proof, signal);
    const attempt: SignInAttempt = { options: this.#options, mode, signal, complete, showing };
    let finishWith: (signIn: SignIn) => void = () => {};
    let begin: (work: Promise<void>) => void = () => {};
    const finished = new Promise<void>((resolve) => {
      finishWith = (other) => resolve(other(attempt));
    });
    const work = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const end = (status: LoginStatus) => {
      abort.abort(cancelled());
      if (running !== this.#running) return;
      this.#running = undefined;
      this.#set(status);
    };
    const done = Promise.race([work, finished, rejection(signal)]).then(
      () => end({ state: "not_started" }),
      (thrown) => {
        const error = toAccountError(thrown);
        end({ state: "failed", error });
        throw error;
      },
    );
    const running: Running = { abort, done, finishWith };
    this.#running = running;
    this.#set({ state: "in_progress" });
    // Nothing opens for a sign-in that was given up before it began.
    if (given?.aborted) abort.abort(cancelled());
    else begin(signIn(attempt));
  }

  #set(status: LoginStatus): void {
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
