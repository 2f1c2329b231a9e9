import type { AccountError } from "./errors.ts";
import type { UserInfo } from "./user.ts";

export type LoginStatus =
  | { readonly state: "not_started" }
  /** `url` is the page the player signs in at, once it is known: show it where no browser opens. */
  | { readonly state: "in_progress"; readonly url?: string }
  | { readonly state: "success"; readonly user: UserInfo }
  | { readonly state: "failed"; readonly error: AccountError };

export interface AccountEvents {
  /** A player is signed in: by this game, from the store, or by another tab. */
  login: (user: UserInfo) => void;
  /** The session ended: by `logout()`, by another tab, or because the server ended it. Once per session. */
  logout: () => void;
  /** The profile arrived or changed. */
  user: (user: UserInfo) => void;
  status: (status: LoginStatus) => void;
}

type Listener = (...payload: never[]) => void;
interface Subscription {
  readonly event: keyof AccountEvents;
  readonly listener: Listener;
  active: boolean;
}

/** Listeners and the queue of calls owed to them, first in first out. */
export class Callbacks {
  #subscriptions: Subscription[] = [];
  #queue: { order: number; run(): void }[] = [];
  #order = 0;
  #closed = false;

  constructor(
    private readonly immediate: boolean,
    private readonly warn: (message: string, error: unknown) => void,
  ) {}

  /** @param owed what `listener` is called with by the way, once, as if the event had just come. */
  on<Event extends keyof AccountEvents>(
    event: Event,
    listener: AccountEvents[Event],
    owed?: Parameters<AccountEvents[Event]>,
  ): () => void {
    const subscription: Subscription = { event, listener, active: true };
    this.#subscriptions.push(subscription);
    if (owed) this.#owe(subscription, owed);
    return () => {
      subscription.active = false;
      this.#subscriptions = this.#subscriptions.filter((other) => other !== subscription);
    };
  }

  emit<Event extends keyof AccountEvents>(event: Event, ...payload: Parameters<AccountEvents[Event]>): void {
    for (const subscription of this.#subscriptions) {
      if (subscription.event === event) this.#owe(subscription, payload);
    }
  }

  /** Runs what was queued before this call. A callback may call it again. */
  process(): void {
    const last = this.#order;
    for (let next = this.#queue[0]; next && next.order <= last; next = this.#queue[0]) {
      this.#queue.shift();
      try {
        next.run();
      } catch (error) {
        this.warn("A callback of the game threw.", error);
      }
    }
  }

  close(): void {
    this.#closed = true;
    this.#queue = [];
  }

  #owe(subscription: Subscription, payload: unknown[]): void {
    if (this.#closed) return;
    const run = () => {
      if (subscription.active) subscription.listener(...(payload as never[]));
    };
    this.#queue.push({ order: ++this.#order, run });
    if (this.immediate) queueMicrotask(() => this.process());
  }
}
