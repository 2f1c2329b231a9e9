import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Run } from "./proof";

/** Before or after which statement a process is killed, as `crash-preload.ts` is told. */
export type CrashPoint = { statement: string; at: string };

/**
 * The moments before and after each statement that `crash-preload.ts` has listed in a folder, one for each round, in an
 * order of the seed's.
 * @returns takes rounds from 1 on
 */
export function crashPoints(run: Run, folder: string): (round: number) => CrashPoint {
  const statements = readFileSync(join(folder, "statements"), "utf8").trim().split("\n");
  const points = statements.flatMap((statement, index) =>
    ["before", "after"].map((side) => ({ statement, at: `${side} ${index + 1}` })),
  );
  const order = run.random.shuffled(points);
  return (round) => {
    const point = order[(round - 1) % order.length];
    if (!point) throw new Error("no statement was seen");
    return point;
  };
}
