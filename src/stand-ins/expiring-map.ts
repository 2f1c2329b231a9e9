import { epochSeconds, type Timepiece } from "../clock";

/** Entries of one lifetime, held in memory. The oldest makes room when the map is full. */
export class ExpiringMap<Value> {
  readonly #entries = new Map<string, { value: Value; expiresAt: number }>();
  readonly #clock: Timepiece;
  readonly #lifetimeSeconds: number;
  readonly #capacity: number;

  constructor(options: { clock: Timepiece; lifetimeSeconds: number; capacity: number }) {
    this.#clock = options.clock;
    this.#lifetimeSeconds = options.lifetimeSeconds;
    this.#capacity = options.capacity;
  }

  set(key: string, value: Value): void {
    this.#makeRoom();
    this.#entries.set(key, { value, expiresAt: epochSeconds(this.#clock) + this.#lifetimeSeconds });
  }

  /** The entry and the second since the epoch at which it dies. */
  get(key: string): { value: Value; expiresAt: number } | undefined {
    const entry = this.#entries.get(key);
    return entry && entry.expiresAt > epochSeconds(this.#clock) ? entry : undefined;
  }

  /** The value, for the last time. */
  take(key: string): Value | undefined {
    const entry = this.get(key);
    this.#entries.delete(key);
    return entry?.value;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** One lifetime for all: insertion order is the order of expiry. */
  #makeRoom(): void {
    for (const [key, { expiresAt }] of this.#entries) {
      if (expiresAt > epochSeconds(this.#clock) && this.#entries.size < this.#capacity) return;
      this.#entries.delete(key);
    }
  }
}
