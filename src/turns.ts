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
  const queues = new Map<string, { last: Promise<void> | undefined; size: number }>();
  return {
    async run(key, work) {
      const queue = queues.get(key) ?? { last: undefined, size: 0 };
      if (queue.size > maximumWaiting) throw refused();
      const { last: before } = queue;
      const { promise: mine, resolve: leave } = Promise.withResolvers<void>();
      queue.last = mine;
      queue.size++;
      queues.set(key, queue);
      try {
        if (before) await withDeadline(before, waitMs, refused);
        return await work();
      } finally {
        if (before) before.then(leave);
        else leave();
        if (--queue.size === 0) queues.delete(key);
      }
    },
  };
}
