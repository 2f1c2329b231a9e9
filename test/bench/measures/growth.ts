import type { Contestant } from "../contestants/contestants";
import { NOISY_ROUNDS, type Plan } from "../lib/plan";
import { type Measured, medianShare, type Stage } from "../lib/stage";
import { median, medianOf } from "../lib/statistics";

export type Growth = {
  refresh: Compared;
  me: Compared;
  /** p99 in milliseconds of refreshes without and with the clean-up at work. */
  cleanUp: { quiet: number; busy: number; deleted: number; batch: number };
  /** Updates of the session table, and how many of them were HOT. */
  updates: { all: number; hot: number };
};

/** Medians on the small and on the full database, and of the full one's share of the small one's speed. */
export type Compared = { small: Measured; full: Measured; share: number };

/** The same server on a database of few players and on one of a million, in turn. */
export async function measureGrowth(stage: Stage, plan: Plan): Promise<Growth> {
  const few = { users: plan.players, sessions: plan.players };
  const sides = [
    { label: "small", population: few },
    { label: "full", population: plan.population },
  ] as const;
  const servers: Contestant[] = [];
  for (const { label, population } of sides) {
    const start = await stage.database(`growth_${label}`, population);
    const server = await stage.start("server", { database: `growth_${label}` });
    await stage.cast(server, label, await stage.players(start, population, plan.players));
    servers.push(server);
  }
  const compare = async (operation: "refresh" | "me"): Promise<Compared> => {
    const rows: Record<"small" | "full", Measured[]> = { small: [], full: [] };
    for (const [index, { label }] of sides.entries()) {
      await stage.measure(servers[index] as Contestant, label, operation, { requests: plan.warmUp });
    }
    for (let round = 0; round < NOISY_ROUNDS * plan.rounds; round++) {
      for (const index of round % 2 ? [1, 0] : [0, 1]) {
        const { label } = sides[index] as (typeof sides)[number];
        rows[label].push(
          await stage.measure(servers[index] as Contestant, label, operation, { seconds: plan.seconds }),
        );
      }
    }
    const share = medianShare(rows.full, rows.small);
    return { small: medianOf(rows.small), full: medianOf(rows.full), share };
  };
  const refresh = await compare("refresh");
  const me = await compare("me");
  const updates = await hotUpdates(stage, "growth_full");
  const cleanUp = await measureCleanUp(stage, servers[1] as Contestant, plan);
  for (const server of servers) await server.stop();
  return { refresh, me, cleanUp, updates };
}

async function hotUpdates(stage: Stage, database: string) {
  await Bun.sleep(1_500);
  const [row] = await stage.cluster.run(
    database,
    "SELECT n_tup_upd::int AS all, n_tup_hot_upd::int AS hot FROM pg_stat_user_tables WHERE relname = 'refresh_tokens'",
  );
  return { all: Number(row?.all), hot: Number(row?.hot) };
}

/** Refreshes second by second until the server's own clean-up has come by and deleted what is past its expiry. */
async function measureCleanUp(stage: Stage, server: Contestant, plan: Plan): Promise<Growth["cleanUp"]> {
  await stage.cluster.run(
    "growth_full",
    `INSERT INTO refresh_tokens (id, user_id, created_at, rotated_at)
     SELECT (lpad(to_hex((extract(epoch FROM now() - interval '400 days') * 1000)::bigint), 12, '0') || '70008' || lpad(to_hex(n), 15, '0'))::uuid,
       n % ${plan.population.users} + 1, now() - interval '400 days', now() - interval '400 days'
     FROM generate_series(0, ${plan.expired - 1}) AS n`,
  );
  const remaining = async () => {
    const [row] = await stage.cluster.run(
      "growth_full",
      `SELECT count(*)::int AS left FROM refresh_tokens
       WHERE id < (lpad(to_hex((extract(epoch FROM now() - interval '366 days') * 1000)::bigint), 12, '0') || '70008000000000000000')::uuid`,
    );
    return Number(row?.left);
  };
  const quiet: number[] = [];
  const busy: number[] = [];
  let left = await remaining();
  const deadline = performance.now() + 150_000;
  while (performance.now() < deadline) {
    const { p99 } = await stage.measure(server, "full", "refresh", { seconds: 1 });
    const now = await remaining();
    if (now === left) quiet.push(p99);
    else busy.push(p99);
    left = now;
    if (left === 0 && busy.length > 0) break;
  }
  return { quiet: median(quiet), busy: median(busy), deleted: plan.expired - left, batch: 500 };
}
