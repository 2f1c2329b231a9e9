import { withDeadline } from "./deadline";

export type Turns = {
  /**
   * Runs work once nothing else of the same key runs.
   * @throws what `refused` makes, when too many wait for the key, or this one for too long
   */
  run<T>(key: string, work: () => Promise<T>): Promise<T>;
};

export type TurnsOptions = {
  /** How many may wait for a key, and for how long in milliseconds. */
  maximumWaiting: number;
  waitMs: number;
  refused: () => Error;
};

/** Takes turns: of each key one thing at a time, in the order of asking. */
export function createTurns({ maximumWaiting, waitMs, refused }: TurnsOptions): Turns {
  /** Of each key that somebody has, those who wait for it. */
  const waiting = new Map<string, (() => void)[]>();

  const pass = (key: string) => {
    const next = waiting.get(key)?.shift();
    if (next) next();
    else waiting.delete(key);
  };
  const wait = async (queue: (() => void)[], key: string) => {
    if (queue.length >= maximumWaiting) throw refused();
    const { promise, resolve } = Promise.withResolvers<void>();
    queue.push(resolve);
    try {
      await withDeadline(promise, waitMs, refused);
    } catch (error) {
      const at = queue.indexOf(resolve);
      if (at >= 0) queue.splice(at, 1);
      // The turn came in the moment that it was given up.
      else pass(key);
      throw error;
    }
  };

  return {
    async run(key, work) {
      const queue = waiting.get(key);
      if (queue) await wait(queue, key);
      else waiting.set(key, []);
      try {
        return await work();
      } finally {
        pass(key);
      }
    },
  };
}
