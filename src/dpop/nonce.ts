import { createHmac, timingSafeEqual } from "node:crypto";
import type { Timepiece } from "../clock";
import type { KeyRing } from "../session/keys";

/** A nonce is good in the step that it was made in and in the next. */
const STEP_SECONDS = 150;

export const NONCE_LIFETIME_SECONDS = 2 * STEP_SECONDS;

export type Nonces = {
  current(): string;
  /** Whether a replica of ours made it within {@link NONCE_LIFETIME_SECONDS}. */
  isFresh(nonce: string): boolean;
};

/** Nonces for DPoP proofs (RFC 9449 §8): the time, signed, so that every replica knows them and none keeps them. */
export function createNonces(ring: KeyRing, clock: Timepiece): Nonces {
  const keys = ring.map((key) => key.derive("dpop nonce", 32));
  const [newest] = keys as [Buffer];
  const stepNow = () => Math.floor(clock.now().getTime() / 1_000 / STEP_SECONDS);
  return {
    current: () => nonceOf(newest, stepNow()),
    isFresh(nonce) {
      const now = stepNow();
      return keys.some((key) => [now, now - 1, now + 1].some((step) => isEqual(nonce, nonceOf(key, step))));
    },
  };
}

function nonceOf(key: Buffer, step: number): string {
  return createHmac("sha256", key).update(String(step)).digest().subarray(0, 18).toString("base64url");
}

function isEqual(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}
