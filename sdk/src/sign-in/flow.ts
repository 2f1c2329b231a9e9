import type { LoginStatus } from "../callbacks.ts";
import type { Clock } from "../clock.ts";
import { AccountError, cancelled, toAccountError } from "../errors.ts";
import type { LoginOptions, OAuthManagerOptions } from "../options.ts";
import type { SignIn, SignInProof } from "../platform.ts";

const TIMEOUT_SECONDS = 300;

interface Running {
  readonly abort: AbortController;
  readonly done: Promise<void>;
  again?: () => void;
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
    if (!this.#running) this.#begin(signIn, mode);
    else this.#running.again?.();
    const { abort, done } = this.#running as Running;
    const cancel = () => abort.abort(cancelled());
    if (signal?.aborted) cancel();
    signal?.addEventListener("abort", cancel, { signal: abort.signal });
    return done;
  }

  /** Gives the sign-in under way up; the status is then that of somebody who never tried. */
  cancel(): void {
    const running = this.#running;
    this.#running = undefined;
    this.status = { state: "not_started" };
    running?.abort.abort(cancelled());
  }

  #begin(signIn: SignIn, mode: "popup" | "redirect"): void {
    const abort = new AbortController();
    const { signal } = abort;
    const seconds = this.#options.loginTimeoutSeconds ?? TIMEOUT_SECONDS;
    const timeout = new AccountError("login_timeout", `Nobody signed in within ${seconds} s.`);
    const timer = this.#clock.setTimeout(() => abort.abort(timeout), seconds * 1000);
    signal.addEventListener("abort", () => this.#clock.clearTimeout(timer));
    const work = signIn({
      options: this.#options,
      mode,
      signal,
      complete: (proof) => this.#complete(proof, signal),
      showing: (url, again) => {
        if (running !== this.#running) return;
        running.again = again;
        this.#set({ state: "in_progress", url });
      },
    });
    const end = (status: LoginStatus) => {
      abort.abort(cancelled());
      if (running !== this.#running) return;
      this.#running = undefined;
      this.#set(status);
    };
    const done = Promise.race([work, rejection(signal)]).then(
      () => end({ state: "not_started" }),
      (thrown) => {
        const error = toAccountError(thrown);
        end({ state: "failed", error });
        throw error;
      },
    );
    const running: Running = { abort, done };
    this.#running = running;
    this.#set({ state: "in_progress" });
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
