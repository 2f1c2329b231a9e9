import { randomBytes } from "node:crypto";
import { epochSeconds, type Timepiece } from "../clock";
import { ExpiringMap } from "./expiring-map";

const CAPACITY = 10_000;

/** What a credential stands for, with the voucher that `Standing` gave for its player. */
export type Vouched = {
  stillGood(): boolean;
};

/** Codes, tokens or tickets of one kind: who has one gets what is behind it, while the provider stands by it. */
export class Credentials<Value extends Vouched> {
  readonly #clock: Timepiece;
  readonly #make: () => string;
  readonly #issued: ExpiringMap<Value>;

  /** @param options `make` gives a new one its shape; nobody may be able to guess it */
  constructor(options: { clock: Timepiece; lifetimeSeconds: number; make: () => string }) {
    const { clock, lifetimeSeconds } = options;
    this.#clock = clock;
    this.#make = options.make;
    this.#issued = new ExpiringMap({ clock, lifetimeSeconds, capacity: CAPACITY });
  }

  issue(value: Value): string {
    const credential = this.#make();
    this.#issued.set(credential, value);
    return credential;
  }

  /** What is behind a living one, for the last time. */
  take(credential: string): Value | undefined {
    const value = this.#issued.take(credential);
    return value?.stillGood() ? value : undefined;
  }

  /** What is behind a living one, the second since the epoch at which it dies, and the seconds until then. */
  find(credential: string): { value: Value; expiresAt: number; expiresIn: number } | undefined {
    const entry = this.#issued.get(credential);
    if (!entry?.value.stillGood()) return undefined;
    return { ...entry, expiresIn: entry.expiresAt - epochSeconds(this.#clock) };
  }
}

/** 43 characters of base64url that nobody guesses. */
export function unguessable(): string {
  return randomBytes(32).toString("base64url");
}
