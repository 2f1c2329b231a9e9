import type { LoginStatus } from "../callbacks.ts";
import type { Clock } from "../clock.ts";
import { AccountError, toAccountError } from "../errors.ts";
import type { LoginOptions, OAuthManagerOptions } from "../options.ts";
import type { LoginProof, SignIn } from "../platform.ts";

const TIMEOUT_SECONDS = 300;

interface Running {
  readonly abort: AbortController;
  readonly done: Promise<void>;
  again?: () => void;
}

/** At most one sign-in at a time, from its start to its status. */
export class LoginFlow {
  #running: Running | undefined;
  #status: LoginStatus = { state: "not_started" };

  constructor(
    private readonly options: OAuthManagerOptions,
    private readonly clock: Clock,
    private readonly complete: (proof: LoginProof, signal: AbortSignal) => Promise<void>,
    private readonly changed: () => void,
  ) {}

  /** How the last sign-in went, as long as nobody is signed in. */
  get status(): LoginStatus {
    return this.#status;
  }

  /** Settles with the sign-in under way; never rejects. */
  get done(): Promise<void> | undefined {
    return this.#running?.done.catch(() => {});
  }

  /** Goes on with the sign-in under way, showing its page again, or starts `signIn` before it returns. */
  start(signIn: SignIn, { mode = "popup", signal }: LoginOptions = {}): Promise<void> {
    if (this.#running) {
      this.#abortBy(signal, this.#running.abort);
      this.#running.again?.();
      return this.#running.done;
    }
    const abort = new AbortController();
    this.#abortBy(signal, abort);
    const seconds = this.options.loginTimeoutSeconds ?? TIMEOUT_SECONDS;
    const timeout = new AccountError("login_timeout", `Nobody signed in within ${seconds} seconds.`);
    const timer = this.clock.setTimeout(() => abort.abort(timeout), seconds * 1000);
    this.#set({ state: "in_progress" });
    const work = signIn({
      options: this.options,
      mode,
      signal: abort.signal,
      complete: (proof) => this.complete(proof, abort.signal),
      showing: (url, again) => {
        if (running !== this.#running) return;
        running.again = again;
        this.#set({ state: "in_progress", url });
      },
    });
    const done = Promise.race([work, rejection(abort.signal)]).then(
      () => this.#end(running, { state: "not_started" }),
      (thrown) => {
        const error = toAccountError(thrown);
        this.#end(running, { state: "failed", error });
        throw error;
      },
    );
    const running: Running = { abort, done };
    this.#running = running;
    done.catch(() => {}).finally(() => this.clock.clearTimeout(timer));
    return done;
  }

  /** Gives the sign-in under way up; the status is then that of somebody who never tried. */
  cancel(): void {
    const running = this.#running;
    this.#running = undefined;
    this.#status = { state: "not_started" };
    running?.abort.abort(cancelled());
  }

  #end(running: Running, status: LoginStatus): void {
    if (this.#running !== running) return;
    this.#running = undefined;
    this.#set(status);
  }

  #set(status: LoginStatus): void {
    this.#status = status;
    this.changed();
  }

  #abortBy(signal: AbortSignal | undefined, abort: AbortController): void {
    if (signal?.aborted) abort.abort(cancelled());
    signal?.addEventListener("abort", () => abort.abort(cancelled()), { once: true, signal: abort.signal });
  }
}

function cancelled(): AccountError {
  return new AccountError("cancelled", "The sign-in was given up.");
}

/** Rejects with the reason of the abort. */
export function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const fail = () => reject(signal.reason);
    if (signal.aborted) fail();
    signal.addEventListener("abort", fail, { once: true });
  });
}
