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
  /** Seconds until a block that is used up has new ones. */
  secondsLeft(block: string): number;
  /** Counts a refusal. */
  count(ip: string): Promise<void>;
};

/** Counts in a window with so many points, under a name. */
export type CounterOf = (name: string, points: number) => Counter;

/**
 * Counts what is refused, and nothing that succeeds, by address and by the networks around it. Who has used up theirs
 * is counted no further, so that a flood writes nothing to a shared store.
 * @param name of what is refused
 * @param shared counts for all replicas
 * @param local counts in this process: one row for everybody is what all would wait for
 */
export function createRefusalLimit(
  name: string,
  points: number,
  shared: CounterOf,
  local: CounterOf,
): RefusalLimit {
  const counters = NETWORK_SHARES.map((share, index) => shared(name + index, points * share));
  const overAll = local(`${name}OverAll`, points * OVER_ALL_SHARE);
  const few = local(`${name}WhenMany`, POINTS_WHEN_MANY);
  const endings = new Map<string, number>();
  const isOver = (block: string) => (endings.get(block) ?? 0) > performance.now();

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
    usedUp: (ip) => addressBlocks(ip).findLast(isOver) ?? null,
    secondsLeft: (block) => Math.ceil(((endings.get(block) ?? 0) - performance.now()) / 1_000),
    async count(ip) {
      const blocks = addressBlocks(ip);
      await Promise.all(
        blocks.map((block, index) => isOver(block) || isUsedUp(counters[index] as Counter, block)),
      );
      if (await isUsedUp(overAll, OVER_ALL)) await isUsedUp(few, blocks[0] ?? ip);
    },
  };
}
