import type { Plan } from "../lib/plan";
import type { Measured, Stage } from "../lib/stage";
import { medianOf } from "../lib/statistics";

/** One process and two on one port. */
export type Workers = { one: Measured; two: Measured };

/**
 * Refused tokens: all the work is this server's, none the database's and little the client's, so that two cores can
 * show what a second process adds.
 */
export async function measureWorkers(stage: Stage, plan: Plan): Promise<Workers> {
  const population = { users: plan.players, sessions: plan.players };
  const start = await stage.database("workers", population);
  const players = await stage.players(start, population, plan.players);
  const rows: Record<string, Measured[]> = { one: [], two: [] };
  const servers = {
    one: await stage.start("server", { database: "workers", workers: 1 }),
    two: await stage.start("server", { database: "workers", workers: 2 }),
  };
  for (const [label, server] of Object.entries(servers)) {
    await stage.cast(server, label, players);
    await stage.measure(server, label, "rejected", { requests: 2 * plan.warmUp });
  }
  for (let round = 0; round < plan.rounds; round++) {
    for (const [label, server] of Object.entries(servers)) {
      rows[label]?.push(await stage.measure(server, label, "rejected", { seconds: plan.seconds }));
    }
  }
  for (const server of Object.values(servers)) await server.stop();
  return { one: medianOf(rows.one ?? []), two: medianOf(rows.two ?? []) };
}
