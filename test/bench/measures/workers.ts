import type { Contestant } from "../contestants/contestants";
import { NOISY_ROUNDS, type Plan } from "../lib/plan";
import { type Measured, medianShare, type Stage } from "../lib/stage";
import { medianOf } from "../lib/statistics";
import { takeTurns } from "../lib/turns";

/** One process and two on one port, and how much of the one's speed the two reach: medians. */
export type Workers = { one: Measured; two: Measured; gain: number };

/**
 * An hour of a game with one process and with two, each of which gets the same part of a core, so that on two cores
 * neither the client nor the database is the limit.
 */
export async function measureWorkers(stage: Stage, plan: Plan): Promise<Workers> {
  const population = { users: plan.players, sessions: plan.players };
  const tokens = await stage.googleTokens("old", plan.returning);
  const accessTokens = tokens.map(({ access_token }) => access_token);
  const rows: Record<"one" | "two", Measured[]> = { one: [], two: [] };
  const servers = new Map<"one" | "two", Contestant>();
  for (const [label, workers] of [
    ["one", 1],
    ["two", 2],
  ] as const) {
    const database = `workers_${label}`;
    const start = await stage.database(database, population);
    const server = await stage.start("server", { database, workers });
    await stage.cast(server, label, await stage.players(start, population, plan.players), { accessTokens });
    await stage.measure(server, label, "mix", { requests: 2 * plan.warmUp });
    servers.set(label, server);
  }
  for (let round = 0; round < NOISY_ROUNDS * plan.rounds; round++) {
    for (const [label, server] of servers) {
      const endTurns = takeTurns(server.pids());
      rows[label].push(await stage.measure(server, label, "mix", { seconds: plan.seconds }));
      await endTurns();
    }
  }
  for (const server of servers.values()) await server.stop();
  const gain = medianShare(rows.two, rows.one);
  return { one: medianOf(rows.one), two: medianOf(rows.two), gain };
}
