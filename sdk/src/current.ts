import type { Callbacks } from "./callbacks.ts";
import type { Session } from "./session.ts";

/** The session this game runs with, and the events that its changes cause. */
export class CurrentSession {
  #value: Session | null = null;

  constructor(
    private readonly callbacks: Callbacks,
    private readonly changed: () => void,
  ) {}

  get value(): Session | null {
    return this.#value;
  }

  /** Whether `session` is still the one in use: not logged out, replaced or rotated since. */
  is(session: Session | null): boolean {
    return this.#value?.refreshToken === session?.refreshToken;
  }

  /** Nobody is signed in from here on, and nobody is told. */
  close(): void {
    this.#value = null;
  }

  replace(next: Session | null): void {
    const before = this.#value?.user;
    const user = next?.user;
    const sameToken = next?.accessToken === this.#value?.accessToken;
    this.#value = next && this.#value && sameToken ? { ...next, taken: this.#value.taken } : next;
    if (before && !user) this.callbacks.emit("logout");
    if (user && user.id !== before?.id) this.callbacks.emit("login", user);
    if (user && JSON.stringify(user) !== JSON.stringify(before)) this.callbacks.emit("user", user);
    this.changed();
  }
}
