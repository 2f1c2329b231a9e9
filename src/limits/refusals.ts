import { RateLimiterRes } from "rate-limiter-flexible";
import { addressBlocks } from "../http/address";
import type { Counter } from "./store";

/** How many times an address's points its networks have, each of `addressBlocks`. */
export const NETWORK_SHARES = [1, 4, 16];

const OVER_ALL = "all";

/** Blocks that are remembered for having used up theirs. */
const MAXIMUM_BLOCKS = 10_000;

/** So many times `points` of everybody together; from there on a block has used up its own after a few. */
const OVER_ALL_SHARE = 50;
const POINTS_WHEN_MANY = 5;

export type RefusalLimit = {
  /** @returns the widest block of an address that has used up its refusals, else null */
  usedUp(ip: string): string | null;
  /** Counts a refusal. */
  count(ip: string): Promise<void>;
};

/**
 * Counts what is refused, and nothing that succeeds, by address and by the networks around it.
 * @param counterOf counts in a window with so many points, under a name
 */
export function createRefusalLimit(
  points: number,
  counterOf: (name: string, points: number) => Counter,
): RefusalLimit {
  const counters = NETWORK_SHARES.map((share, index) => counterOf(`refusedSignIn${index}`, points * share));
  const overAll = counterOf("refusedSignInOverAll", points * OVER_ALL_SHARE);
  const few = counterOf("refusedSignInWhenMany", POINTS_WHEN_MANY);
  const endings = new Map<string, number>();

  const isUsedUp = async (counter: Counter, block: string): Promise<boolean> => {
    try {
      const { remainingPoints, msBeforeNext } = await counter.consume(block);
      if (remainingPoints > 0) return false;
      remember(block, msBeforeNext);
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      remember(block, refusal.msBeforeNext);
    }
    return true;
  };
  const remember = (block: string, forMs: number) => {
    if (endings.size >= MAXIMUM_BLOCKS) endings.clear();
    endings.set(block, performance.now() + forMs);
  };

  return {
    usedUp(ip) {
      const now = performance.now();
      return addressBlocks(ip).findLast((block) => (endings.get(block) ?? 0) > now) ?? null;
    },
    async count(ip) {
      const blocks = addressBlocks(ip);
      await Promise.all(blocks.map((block, index) => isUsedUp(counters[index] as Counter, block)));
      if (await isUsedUp(overAll, OVER_ALL)) await isUsedUp(few, blocks[0] ?? ip);
    },
  };
}
