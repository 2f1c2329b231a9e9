import type { Callbacks } from "./callbacks.ts";
import type { Session } from "./session.ts";

/** The session this game runs with, and the events that its changes cause. */
export class CurrentSession {
  readonly #callbacks: Callbacks;
  readonly #changed: () => void;
  value: Session | null = null;

  constructor(callbacks: Callbacks, changed: () => void) {
    this.#callbacks = callbacks;
    this.#changed = changed;
  }

  /** Whether `session` is still the one in use: not logged out, replaced or rotated since. */
  is(session: Session | null): boolean {
    return this.value?.refreshToken === session?.refreshToken;
  }

  /** Signs in, goes on with a rotated session or a changed profile, or signs out. */
  replace(next: Session | null): void {
    const before = this.value?.user;
    const user = next?.user;
    const sameToken = next?.accessToken === this.value?.accessToken;
    this.value = next && this.value && sameToken ? { ...next, adopted: this.value.adopted } : next;
    if (before && !user) this.#callbacks.emit("logout");
    if (user && user.id !== before?.id) this.#callbacks.emit("login", user);
    if (user && JSON.stringify(user) !== JSON.stringify(before)) this.#callbacks.emit("user", user);
    this.#changed();
  }
}
