import type { DeviceCode } from "./device-code.ts";
import type { AccountError } from "./errors.ts";
import type { UserInfo } from "./user.ts";

/** A sign-in or a link that has no end yet, or none that was wanted. */
export type AttemptStatus =
  /**
   * `url` is the page the player signs in at, once it is known. `error` (`browser_not_opened`) says that no browser
   * could be opened: show the player the `url`; the sign-in waits for them. In a sign-in by a code `userCode` and what
   * goes with it are there, and `url` is the page with the code filled in.
   */
  | ({ readonly state: "in_progress"; readonly url?: string; readonly error?: AccountError } & (
      | DeviceCode
      | { readonly [Member in keyof DeviceCode]?: undefined }
    ))
  | { readonly state: "failed"; readonly error: AccountError };

export type LoginStatus =
  | { readonly state: "not_started" }
  | AttemptStatus
  /** `link` is how the last `link()` of this player stands; it goes away once that has succeeded. */
  | { readonly state: "success"; readonly user: UserInfo; readonly link?: AttemptStatus };

export interface AccountEvents {
  /** A player is signed in: by `login()`, from the store, or by another tab or process. */
  login: (user: UserInfo) => void;
  /** The session ended: by `logout()`, by another tab or process, or because the server ended it. Once per session. */
  logout: () => void;
  /** The profile arrived or changed. */
  user: (user: UserInfo) => void;
  /** `getLoginStatus()` answers differently. */
  status: (status: LoginStatus) => void;
}

interface Subscription {
  readonly event: keyof AccountEvents;
  readonly listener: (...payload: never[]) => void;
}

/** Listeners and the queue of calls owed to them, first in first out. */
export class Callbacks {
  readonly #immediate: boolean;
  readonly #warn: (message: string, error: unknown) => void;
  #subscriptions: Subscription[] = [];
  #queue: (() => void)[] = [];
  /** How many queued calls have run since the start. */
  #processed = 0;

  constructor(immediate: boolean, warn: (message: string, error: unknown) => void) {
    this.#immediate = immediate;
    this.#warn = warn;
  }

  /** @param present queues one call for this listener alone. */
  on<Event extends keyof AccountEvents>(
    event: Event,
    listener: AccountEvents[Event],
    present?: Parameters<AccountEvents[Event]>,
  ): () => void {
    const subscription: Subscription = { event, listener };
    this.#subscriptions.push(subscription);
    if (present) this.#enqueue([subscription], present);
    return () => {
      this.#subscriptions = this.#subscriptions.filter((other) => other !== subscription);
    };
  }

  emit<Event extends keyof AccountEvents>(event: Event, ...payload: Parameters<AccountEvents[Event]>): void {
    this.#enqueue(
      this.#subscriptions.filter((subscription) => subscription.event === event),
      payload,
    );
  }

  has(event: keyof AccountEvents): boolean {
    return this.#subscriptions.some((subscription) => subscription.event === event);
  }

  /** Runs what was queued before this call. A callback may call it again. */
  process(): void {
    const last = this.#processed + this.#queue.length;
    while (this.#processed < last) {
      this.#processed++;
      try {
        this.#queue.shift()?.();
      } catch (error) {
        this.#warn("A callback threw.", error);
      }
    }
  }

  /** Forgets every listener, and with it every call owed. */
  close(): void {
    this.#subscriptions = [];
  }

  #enqueue(subscriptions: Subscription[], payload: unknown[]): void {
    for (const subscription of subscriptions) {
      this.#queue.push(() => {
        if (this.#subscriptions.includes(subscription)) subscription.listener(...(payload as never[]));
      });
    }
    if (this.#immediate) queueMicrotask(() => this.process());
  }
}
