type MaybePromise<T> = T | Promise<T>;

/** Where a session is kept. `get`, `set` and `remove` are enough: Electron's safeStorage, Tauri's store, … */
export interface AccountStorage {
  get(key: string): MaybePromise<string | null | undefined>;
  set(key: string, value: string): MaybePromise<unknown>;
  remove(key: string): MaybePromise<unknown>;
  /**
   * Runs `work` while no other tab or process runs work of this name. May give up waiting and run it all
   * the same: the server resolves races.
   */
  lock?<T>(name: string, work: () => Promise<T>): Promise<T>;
  /**
   * The ES256 key pair that sessions kept under `key` are bound to: the same one for every tab or process, made and kept
   * before it is given. A storage without this keeps sessions that are bound to nothing.
   */
  keyPair?(key: string): Promise<CryptoKeyPair>;
  /** Calls `changed` after another tab has set or removed `key`; returns how to stop. */
  watch?(key: string, changed: () => void): (() => void) | undefined;
}
