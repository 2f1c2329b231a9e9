import { join } from "node:path";
import type { Stage } from "../lib/stage";
import { median } from "../lib/statistics";

/** Milliseconds from the start of the process to its first answer. */
export type StartTimes = { postgres: number; embedded: number };

export async function measureStart(stage: Stage, rounds: number): Promise<StartTimes> {
  await stage.database("start");
  const env = { EMBEDDED_DATA_DIR: join(stage.world.folder, "embedded") };
  // Makes the embedded database, once.
  await (await stage.start("server", { env })).stop();
  const times: { postgres: number[]; embedded: number[] } = { postgres: [], embedded: [] };
  for (let round = 0; round < rounds; round++) {
    for (const [kind, options] of [
      ["postgres", { database: "start" }],
      ["embedded", { env }],
    ] as const) {
      const server = await stage.start("server", options);
      times[kind].push(server.startedInMs);
      await server.stop();
    }
  }
  return { postgres: median(times.postgres), embedded: median(times.embedded) };
}
