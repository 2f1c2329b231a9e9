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
    const before = this.value;
    const sameUser = JSON.stringify(next?.user) === JSON.stringify(before?.user);
    // The same player is the same object, so that a user interface can compare by identity.
    const user = sameUser ? before?.user : next?.user;
    const adopted = (next?.accessToken === before?.accessToken ? before : next)?.adopted;
    this.value = next && user && adopted ? { ...next, user, adopted } : null;
    if (before && !user) this.#callbacks.emit("logout");
    if (user && user.id !== before?.user.id) this.#callbacks.emit("login", user);
    if (user && !sameUser) this.#callbacks.emit("user", user);
    this.#changed();
  }
}
