import type { Stage } from "../lib/stage";

/** Statements that PostgreSQL ran while this server refused a thousand forged tokens. */
export async function statementsOfRejected(stage: Stage): Promise<number> {
  const population = { users: 64, sessions: 64 };
  const start = await stage.database("rejected", population);
  const server = await stage.start("server", { database: "rejected" });
  await stage.cast(server, "rejected", await stage.players(start, population, 64));
  await stage.measure(server, "rejected", "rejected", { requests: 100 });
  await stage.cluster.run("postgres", "CREATE EXTENSION IF NOT EXISTS pg_stat_statements");
  await stage.cluster.run("postgres", "SELECT pg_stat_statements_reset()");
  await stage.measure(server, "rejected", "rejected", { requests: 1_000 });
  const [row] = await stage.cluster.run(
    "postgres",
    `SELECT coalesce(sum(calls), 0)::int AS calls FROM pg_stat_statements
     JOIN pg_database ON pg_database.oid = dbid WHERE datname = 'rejected'`,
  );
  await server.stop();
  return Number(row?.calls);
}
