import type { Clock } from "./clock.ts";
import { parseSession, type Session, serializeSession } from "./session.ts";
import type { AccountStorage } from "./storage/storage.ts";

type MaybePromise<T> = T | Promise<T>;

/** The stored session of one backend. Never throws: a storage that fails is replaced by memory, with one warning. */
export class SessionStore {
  readonly #storage: AccountStorage;
  readonly #key: string;
  readonly #clock: Clock;
  readonly #warn: (message: string, error: unknown) => void;
  #memory: string | null = null;
  #broken = false;
  #closed = false;
  /** Writes of this process, one after the other. */
  #writes: Promise<unknown> = Promise.resolve();
  #writing = 0;

  constructor(
    storage: AccountStorage,
    key: string,
    clock: Clock,
    warn: (message: string, error: unknown) => void,
  ) {
    this.#storage = storage;
    this.#key = key;
    this.#clock = clock;
    this.#warn = warn;
  }

  /** The stored session, or null. Answers at once when the storage does and no write is under way. */
  read(): MaybePromise<Session | null> {
    return this.#writing ? this.#writes.then(() => this.#get()) : this.#get();
  }

  /** Stores a new sign-in, whatever was there. */
  write(session: Session): Promise<void> {
    return this.#inTurn(() => this.#put(session));
  }

  /** Signs this device out. @returns what was stored. */
  clear(): Promise<Session | null> {
    return this.#inTurn(async () => {
      const stored = await this.#get();
      await this.#put(null);
      return stored;
    });
  }

  /**
   * Stores `change(stored)` while the store still holds `refreshToken`; a session that came from elsewhere in the
   * meantime stays as it is.
   *
   * @returns what the store holds afterwards.
   */
  swap(refreshToken: string, change: (stored: Session) => Session | null): Promise<Session | null> {
    return this.#inTurn(async () => {
      const stored = await this.#get();
      if (stored?.refreshToken !== refreshToken || this.#closed) return stored;
      const next = change(stored);
      await this.#put(next);
      return next;
    });
  }

  watch(changed: () => void): (() => void) | undefined {
    return this.#storage.watch?.(this.#key, changed);
  }

  /** From here on nothing is written; a sign-out that was asked for before is still carried out. */
  close(): void {
    this.#closed = true;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    this.#writing++;
    const turn = this.#writes.then(() => this.lock("write", work)).finally(() => this.#writing--);
    this.#writes = turn.catch(() => {});
    return turn;
  }

  /** Runs `work` alone among the tabs or processes that share this store. */
  lock<T>(name: string, work: () => Promise<T>): Promise<T> {
    return this.#storage.lock ? this.#storage.lock(`${this.#key}.${name}`, work) : work();
  }

  #get(): MaybePromise<Session | null> {
    const parse = (stored: string | null | undefined) => {
      this.#memory = stored ?? null;
      return parseSession(stored, this.#clock);
    };
    const fail = (error: unknown) => parse(this.#fallBack(error));
    if (this.#broken) return parse(this.#memory);
    try {
      const stored = this.#storage.get(this.#key);
      return stored instanceof Promise ? stored.then(parse, fail) : parse(stored);
    } catch (error) {
      return fail(error);
    }
  }

  async #put(session: Session | null): Promise<void> {
    if (this.#closed && session) return;
    this.#memory = session && serializeSession(session);
    if (this.#broken) return;
    try {
      await (this.#memory === null
        ? this.#storage.remove(this.#key)
        : this.#storage.set(this.#key, this.#memory));
    } catch (error) {
      this.#fallBack(error);
    }
  }

  #fallBack(error: unknown): string | null {
    if (!this.#broken) this.#warn("The session cannot be stored.", error);
    this.#broken = true;
    return this.#memory;
  }
}
