import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Run } from "./proof";

/**
 * The moments before and after each statement that `crash-preload.ts` has listed in a folder, in their order: "after 2
 * COMMIT", as it is told when to kill.
 */
export function listedPoints(folder: string): string[] {
  const list = join(folder, "statements");
  const statements = readFileSync(list, "utf8").trim().split("\n");
  rmSync(list);
  const times = new Map<string, number>();
  return statements.flatMap((statement) => {
    const time = (times.get(statement) ?? 0) + 1;
    times.set(statement, time);
    return [`before ${time} ${statement}`, `after ${time} ${statement}`];
  });
}

/**
 * One point for each round, in an order of the seed's.
 * @returns takes rounds from 1 on
 */
export function inSomeOrder<Point>(run: Run, points: readonly Point[]): (round: number) => Point {
  const order = run.random.shuffled(points);
  return (round) => {
    const point = order[(round - 1) % order.length];
    if (point === undefined) throw new Error("no statement was seen");
    return point;
  };
}
