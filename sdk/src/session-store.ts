import type { Clock } from "./clock.ts";
import { randomToken } from "./pkce.ts";
import { parseSession, type Session, serializeSession } from "./session.ts";
import type { AccountStorage } from "./storage/storage.ts";

type MaybePromise<T> = T | Promise<T>;

const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 60_000;

/** A value that the storage did not take, and what it held instead. */
interface Unwritten {
  readonly value: string | null;
  readonly instead: string | null;
}

/**
 * The stored session of one backend. Never throws: what a storage cannot take is kept in memory, with one warning, and
 * written again and again until it is stored or another process has stored something newer.
 */
export class SessionStore {
  readonly #storage: AccountStorage;
  readonly #key: string;
  readonly #clock: Clock;
  readonly #warn: (message: string, error: unknown) => void;
  /** What the storage was last known to hold. */
  #held: string | null = null;
  #unwritten: Unwritten | undefined;
  #warned = false;
  #guestKey: string | undefined;
  #retryTimer: unknown;
  #retryMs = FIRST_RETRY_MS;
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

  /** The key of this install's guest: made once, and kept before it is used. It stays when the session goes. */
  guestKey(): Promise<string> {
    const key = `${this.#key}.guest`;
    return this.lock("guest", async () => {
      try {
        this.#guestKey ??= (await this.#storage.get(key)) || randomToken();
        await this.#storage.set(key, this.#guestKey);
      } catch (error) {
        this.#warnOnce(error);
      }
      this.#guestKey ??= randomToken();
      return this.#guestKey;
    });
  }

  watch(changed: () => void): (() => void) | undefined {
    return this.#storage.watch?.(this.#key, changed);
  }

  /** From here on nothing is written; a sign-out that was asked for before is still carried out. */
  close(): void {
    this.#closed = true;
    this.#clock.clearTimeout(this.#retryTimer);
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
    const parse = (found: string | null | undefined) => {
      this.#held = found ?? null;
      // Another process has written since: its value is the last.
      if (this.#unwritten?.instead !== this.#held) this.#unwritten = undefined;
      return parseSession(this.#unwritten ? this.#unwritten.value : this.#held, this.#clock);
    };
    const fail = (error: unknown) => {
      this.#warnOnce(error);
      return parse(this.#held);
    };
    try {
      const stored = this.#storage.get(this.#key);
      return stored instanceof Promise ? stored.then(parse, fail) : parse(stored);
    } catch (error) {
      return fail(error);
    }
  }

  async #put(session: Session | null): Promise<void> {
    if (this.#closed && session) return;
    await this.#store(session && serializeSession(session));
  }

  async #store(value: string | null): Promise<void> {
    try {
      await (value === null ? this.#storage.remove(this.#key) : this.#storage.set(this.#key, value));
      this.#held = value;
      this.#unwritten = undefined;
      this.#warned = false;
      this.#retryMs = FIRST_RETRY_MS;
    } catch (error) {
      // A sign-in writes without having read.
      const instead = await this.#readText().catch(() => this.#held);
      this.#unwritten = { value, instead };
      this.#warnOnce(error);
      this.#retryLater();
    }
  }

  async #readText(): Promise<string | null> {
    this.#held = (await this.#storage.get(this.#key)) ?? null;
    return this.#held;
  }

  #retryLater(): void {
    this.#clock.clearTimeout(this.#retryTimer);
    if (this.#closed) return;
    const retry = async () => {
      // Finds out whether another process has written.
      await this.#get();
      if (this.#unwritten && !this.#closed) await this.#store(this.#unwritten.value);
    };
    this.#retryTimer = this.#clock.setTimeout(() => void this.#inTurn(retry).catch(() => {}), this.#retryMs);
    this.#retryMs = Math.min(2 * this.#retryMs, LONGEST_RETRY_MS);
  }

  #warnOnce(error: unknown): void {
    if (!this.#warned) this.#warn("The session cannot be stored.", error);
    this.#warned = true;
  }
}
