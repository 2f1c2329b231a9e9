import { loadDatabaseConfig } from "../../../src/config/config";
import { applyMigrations } from "../../../src/db/migrations";
import { migrationPool, type PostgresConfig } from "../../../src/db/postgres";
import { startClient } from "../client/client";
import type { Operation, Player } from "../client/dialects";
import type { Cast, RunResult } from "../client/protocol";
import {
  type Contestant,
  type Started,
  type StartOptions,
  startContestant,
} from "../contestants/contestants";
import { startCluster } from "./cluster";
import { addressOf, type Population, playersOf, populate } from "./population";
import { median } from "./statistics";
import { account, createWorld, googleTokens } from "./world";

export const CONNECTIONS = 32;

/** One round: what the client saw, and what it cost. */
export type Measured = RunResult & {
  perSecond: number;
  /** CPU seconds for 1,000 requests. */
  serverCpu: number;
  databaseCpu: number;
  clientCpu: number;
  residentMegabytes: number;
  /** Bytes of write-ahead log for one request. */
  walBytes: number;
};

/** The median of what a round of the one reached of the speed of the other's round beside it. */
export function medianShare(rows: Measured[], others: Measured[]): number {
  return median(rows.map(({ perSecond }, round) => perSecond / (others[round]?.perSecond ?? Number.NaN)));
}

export type Stage = Awaited<ReturnType<typeof openStage>>;

/** The cluster, the stand-in for Google and the client that a whole benchmark runs on. */
export async function openStage() {
  const cluster = await startCluster();
  const world = await createWorld();
  const client = startClient();
  await cluster.create("template_migrated");
  await migrate(cluster.url("template_migrated"));

  return {
    cluster,
    world,
    client,

    /** A migrated database, with players where wanted. */
    async database(name: string, population?: Population): Promise<Date> {
      await cluster.create(name, "template_migrated");
      return population ? populate(cluster, name, population) : new Date();
    },

    players: (start: Date, population: Population, count: number, of: "bound" | "unbound" = "unbound") =>
      playersOf(world, start, population, count, of),

    /** Google's tokens for accounts of a kind, numbered from 0. */
    /** @param accounts that the tokens are of, in turn */
    googleTokens: (kind: string, count: number, accounts = count) =>
      googleTokens(
        world.google,
        Array.from({ length: count }, (_, n) => account(kind, n % accounts)),
      ),

    start: <Name extends Started>(name: Name, options: StartOptions) =>
      startContestant(name, { cluster, world }, options),

    /** Gives the client what it needs to play against a contestant. */
    async cast(contestant: Contestant, label: string, players: Player[], more: CastMore = {}): Promise<void> {
      await client.cast({
        contestant: label,
        port: contestant.port,
        dialect: contestant.name === "better-auth" ? "better-auth" : "contract",
        players,
        boundPlayers: [],
        deviceKey: world.device.privateJwk,
        idTokens: [],
        accessTokens: [],
        newIdTokens: [],
        ...more,
      });
    },

    async measure(
      contestant: Contestant,
      label: string,
      operation: Operation,
      length: Length,
    ): Promise<Measured> {
      const before = {
        server: contestant.cpuSeconds(),
        database: cluster.cpuSeconds(),
        wal: await cluster.walBytes(),
      };
      const result = await client.run({ contestant: label, operation, connections: CONNECTIONS, ...length });
      const thousand = result.served / 1_000;
      return {
        ...result,
        perSecond: result.served / result.seconds,
        serverCpu: (contestant.cpuSeconds() - before.server) / thousand,
        databaseCpu: (cluster.cpuSeconds() - before.database) / thousand,
        clientCpu: result.clientCpuSeconds / thousand,
        residentMegabytes: contestant.residentMegabytes(),
        walBytes: ((await cluster.walBytes()) - before.wal) / result.served,
      };
    },

    async close(): Promise<void> {
      client.stop();
      await world.stop();
      await cluster.stop();
    },
  };
}

async function migrate(url: string): Promise<void> {
  const config = loadDatabaseConfig({ cwd: import.meta.dirname, env: { DATABASE_URL: url } });
  const pool = migrationPool(config as PostgresConfig);
  await applyMigrations(pool);
  await pool.end();
}

export type Length = { seconds: number } | { requests: number };
export type CastMore = Partial<Pick<Cast, "boundPlayers" | "idTokens" | "accessTokens" | "newIdTokens">>;

/** Players who hold nothing yet. */
export function strangers(count: number): Player[] {
  return Array.from({ length: count }, (_, n) => ({
    address: addressOf(n),
    accessToken: "",
    refreshToken: "",
  }));
}
