import { randomBytes } from "node:crypto";
import pg from "pg";
import { type PostgresConfig, withClient } from "../../src/db/postgres";
import { freePort } from "../support/postgres";
import { prismaBeside } from "../support/previous-release";
import { startRedis } from "../support/redis";
import { startEtcd } from "./etcd";
import type { Ground } from "./ground";
import { startHaproxy } from "./haproxy";
import { PatroniCluster } from "./patroni";
import { type Pgbouncer, startPgbouncer } from "./pgbouncer";
import { THIS_RELEASE } from "./release";
import { Servers } from "./servers";
import { until } from "./until";

const SERVERS = 3;
const DATABASE = "oauth_db";

/** Secrets that servers are started with, by the variable. */
export type Secrets = { JWT_SECRET: string; REFRESH_TOKEN_SECRET: string };

export type Fleet = {
  cluster: PatroniCluster;
  pgbouncer: Pgbouncer;
  servers: Servers;
  /** Where players find the servers. */
  origin: string;
  /** The leader's database past PgBouncer, as the role of the servers: what migrations go by. */
  database: PostgresConfig;
  secrets: Secrets;
  /** The key of a game server that may report progress. */
  gameServerKey: string;
};

/**
 * Starts all of it, as docs/production.md has it.
 * @param say told what is started
 */
export async function startFleet(ground: Ground, say: (line: string) => void): Promise<Fleet> {
  say("etcd, three members");
  const etcd = await startEtcd(ground);
  say("PostgreSQL under Patroni, three members");
  const cluster = await PatroniCluster.start(ground, etcd);

  say("HAProxy, PgBouncer and Redis");
  const leaderPort = await freePort();
  const playersPort = await freePort();
  const serverPorts = [];
  for (let index = 0; index < SERVERS; index++) serverPorts.push(await freePort());
  startHaproxy(ground, { leaderPort, playersPort }, cluster.addresses, serverPorts);
  const database: PostgresConfig = {
    kind: "postgres",
    host: "127.0.0.1",
    port: leaderPort,
    user: "accounts",
    password: newSecret(),
    database: DATABASE,
    poolSize: 2,
  };
  await createDatabase(await cluster.superuser(), database);
  const pgbouncer = await startPgbouncer(ground, database);
  await until("way to the database", () => answers(pgbouncer.config), { stop: ground.stop, seconds: 20 });
  const redis = await startRedis();
  ground.world.defer(() => redis.stop());

  say("the migrations, and three servers");
  await migrate(THIS_RELEASE, database);
  const secrets = { JWT_SECRET: newSecret(), REFRESH_TOKEN_SECRET: newSecret() };
  const env = {
    ...secrets,
    DATABASE_URL: urlOf(pgbouncer.config),
    REDIS_URL: redis.url,
    SERVER_PUBLIC_URL: "https://accounts.example",
    GOOGLE_CLIENT_ID: "fleet.apps.googleusercontent.com",
    GOOGLE_CLIENT_SECRET: newSecret(),
  };
  const servers = new Servers(ground, serverPorts, env);
  for (const index of servers.indexes) await servers.start(index);
  const gameServerKey = await createGameServerKey({ ...env, NODE_ENV: "production" });
  const origin = `http://127.0.0.1:${playersPort}`;
  return { cluster, pgbouncer, servers, origin, database, secrets, gameServerKey };
}

function answers(config: PostgresConfig): Promise<boolean> {
  return withClient(config, (client) => client.query("SELECT 1")).then(
    () => true,
    () => false,
  );
}

/** Brings the database up to date, as an operator does with a release. @throws what it said */
export async function migrate(release: string, database: PostgresConfig): Promise<void> {
  const env = { DATABASE_URL: urlOf(database), NODE_ENV: "production" };
  const { exitCode, output } = await prismaBeside(release, env, "migrate", "deploy");
  if (exitCode !== 0) throw new Error(`prisma migrate deploy: ${output}`);
}

/** A secret as `openssl rand -hex 32` makes it. */
export function newSecret(): string {
  return randomBytes(32).toString("hex");
}

/** The role and its database; what PgBouncer does not take from servers is set on the role. */
async function createDatabase(superuser: PostgresConfig, { user, password, database }: PostgresConfig) {
  const role = pg.escapeIdentifier(user);
  const statements = [
    `CREATE ROLE ${role} LOGIN PASSWORD ${pg.escapeLiteral(password ?? "")}`,
    `ALTER ROLE ${role} SET statement_timeout = '2500ms'`,
    `ALTER ROLE ${role} SET lock_timeout = '25ms'`,
    `CREATE DATABASE ${pg.escapeIdentifier(database)} OWNER ${role} ENCODING 'UTF8' TEMPLATE template0`,
  ];
  await withClient(superuser, async (client) => {
    for (const statement of statements) await client.query(statement);
  });
}

async function createGameServerKey(env: Record<string, string>): Promise<string> {
  const command = ["scripts/admin.ts", "keys", "create", "Fleet", "--scope", "progress:write", "--json"];
  const child = Bun.spawn([process.execPath, ...command], {
    cwd: THIS_RELEASE,
    env: { PATH: process.env.PATH ?? "", ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [said, complained] = await Promise.all(
    [child.stdout, child.stderr].map((stream) => new Response(stream).text()),
  );
  if ((await child.exited) !== 0) throw new Error(`No key for the game server: ${complained}`);
  return JSON.parse(said ?? "").key;
}

function urlOf({ host, port, user, password = "", database }: PostgresConfig): string {
  return `postgresql://${user}:${password}@${host}:${port}/${database}`;
}
