import type { Player } from "../client/dialects";
import type { Cluster } from "./cluster";
import type { World } from "./world";

export type Population = {
  users: number;
  sessions: number;
  /** How many of the sessions, the last ones, are bound to a key, by its thumbprint (RFC 9449 §6). */
  bound?: { sessions: number; jkt: string };
};

const DAY_MS = 86_400_000;

/**
 * Fills a migrated database with players and their sessions by COPY. Session n belongs to player n modulo the
 * players, and was opened at an even pace over the last twenty days, so that ids grow as UUIDv7 do.
 */
export async function populate(
  cluster: Cluster,
  database: string,
  { users, sessions, bound }: Population,
): Promise<Date> {
  const start = new Date(Date.now() - 20 * DAY_MS);
  const step = paceMs(sessions);
  const moment = `to_timestamp(${start.getTime() / 1_000} + n * ${step / 1_000}::float8)`;
  await copy(
    cluster,
    database,
    "users (id, email, email_verified, name, name_folded, name_skeleton)",
    `SELECT n + 1, 'seed-' || n || '@players.example', true, 'Seed' || n, 'seed' || n, 'seed' || n
     FROM generate_series(0, ${users - 1}) AS n`,
  );
  // What the triggers would do for a server of another release, row by row.
  await cluster.run(database, "ALTER TABLE identities DISABLE TRIGGER USER");
  await copy(
    cluster,
    database,
    "identities (provider, subject, user_id, email, email_verified)",
    `SELECT 'google', 'seed-' || n, n + 1, 'seed-' || n || '@players.example', true
     FROM generate_series(0, ${users - 1}) AS n`,
  );
  await cluster.run(database, "ALTER TABLE identities ENABLE TRIGGER USER");
  await copy(
    cluster,
    database,
    "refresh_tokens (id, user_id, device, ip, created_at, rotated_at, jkt)",
    `SELECT (lpad(to_hex(${start.getTime()} + floor(n * ${step}::float8)::bigint), 12, '0') || '70008' || lpad(to_hex(n), 15, '0'))::uuid,
       (n % ${users})::int + 1, 'bench', '198.18.0.1', ${moment}, ${moment},
       CASE WHEN n >= ${sessions - (bound?.sessions ?? 0)} THEN '${bound?.jkt ?? ""}'::varchar END
     FROM generate_series(0::bigint, ${sessions - 1}) AS n`,
  );
  await cluster.run(database, `SELECT setval('users_id_seq', ${users})`);
  await cluster.run(database, "VACUUM ANALYZE");
  await cluster.run(database, "CHECKPOINT");
  return start;
}

async function copy(cluster: Cluster, database: string, table: string, rows: string): Promise<void> {
  const file = `'copy-${crypto.randomUUID()}'`;
  await cluster.run(database, `COPY (${rows}) TO PROGRAM $$cat > ${file}$$ (FORMAT binary)`);
  await cluster.run(database, `COPY ${table} FROM PROGRAM $$cat ${file} && rm ${file}$$ (FORMAT binary)`);
}

/**
 * Players spread evenly over the sessions of a population, with their tokens.
 * @param of those that are bound to a key, or of the others
 */
export async function playersOf(
  world: World,
  start: Date,
  { users, sessions, bound }: Population,
  count: number,
  of: "bound" | "unbound" = "unbound",
): Promise<Player[]> {
  const unbound = sessions - (bound?.sessions ?? 0);
  const [first, all] = of === "bound" ? [unbound, bound?.sessions ?? 0] : [0, unbound];
  const stride = Math.floor(all / count);
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const n = first + index * stride;
      const tokens = await world.tokens((n % users) + 1, sessionId(start, sessions, n));
      return { ...tokens, address: addressOf(index) };
    }),
  );
}

function sessionId(start: Date, sessions: number, n: number): string {
  const time = (start.getTime() + Math.floor(n * paceMs(sessions))).toString(16).padStart(12, "0");
  const tail = n.toString(16).padStart(15, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8${tail.slice(0, 3)}-${tail.slice(3)}`;
}

/** Milliseconds between two sessions. */
function paceMs(sessions: number): number {
  return (20 * DAY_MS) / sessions;
}

/** An address of the block that is set aside for benchmarks (RFC 2544), one for every player. */
export function addressOf(n: number): string {
  return `198.${18 + ((n >> 16) & 1)}.${(n >> 8) & 255}.${n & 255}`;
}
