import { randomUUID } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { systemClock } from "../../src/clock";
import type { DatabaseConfig } from "../../src/config/config";
import { loadConfig } from "../../src/config/config";
import { openDatabase } from "../../src/db/database";
import { newServerKey } from "../../src/server-keys/server-key";
import { createStores } from "../../src/stores";
import { ask, outcome, playAsGuest, type Reply } from "../support/client";
import { inSomeOrder, listedPoints } from "../support/crash-points";
import { folderWithDatabase } from "../support/embedded";
import type { Proof, Run } from "../support/proof";
import { googleOf, serverFolder, spawnServer } from "../support/spawned-server";
import { databaseOf } from "../support/test-database";

const PRELOAD = resolve(import.meta.dirname, "../support/crash-preload.ts");
const GAME = "game: {stats: {plates: sum, best_score: max, last_map: last}}";
const PLAYERS = 4;

type ReportedReply = Reply & {
  body: { players?: { id: number; stars: number; stats: Record<string, number> }[] };
};

/** A key of a game server's, put into a database that no server has open. */
async function keyIn(config: DatabaseConfig): Promise<string> {
  const key = newServerKey();
  const database = await openDatabase(config);
  const settings = loadConfig({ cwd: "/nonexistent", env: {} });
  const { serverKeys } = createStores(database, systemClock, settings);
  await serverKeys.put(key, { id: Bun.randomUUIDv7(), name: "kitchen", scopes: ["progress:write"] });
  await database.close();
  return key;
}

/** Kills the server before and after each statement of a match, in an order of the seed's, and reports the match again. */
async function matchCrashes(run: Run, folder: string, env: Record<string, string>, key: string) {
  const google = googleOf(run.world);
  const command = join(folder, "crash-at");
  writeFileSync(join(folder, "config.yml"), GAME);
  const spawn = () => spawnServer({ folder, env: { ...google.env, ...env }, preload: PRELOAD });
  let server = await spawn();
  run.world.defer(() => server.kill());
  const ids: number[] = [];
  while (ids.length < PLAYERS) ids.push((await playAsGuest(server.origin)).user.id);

  let matches = 0;
  const report = (once: string, match: number): Promise<ReportedReply> => {
    const changes = { stars: 2, stats: { plates: match, best_score: match, last_map: match } };
    return ask(
      server.origin,
      "POST /api/matches",
      { players: ids.map((id) => ({ id, changes })) },
      { authorization: `Bearer ${key}`, "idempotency-key": once },
    );
  };
  const isWhole = ({ body }: ReportedReply) =>
    body.players?.length === PLAYERS &&
    body.players.every(
      ({ stars, stats }) =>
        stars === 2 * matches &&
        stats.plates === (matches * (matches + 1)) / 2 &&
        stats.best_score === matches &&
        stats.last_map === matches,
    );

  writeFileSync(command, "list");
  matches++;
  run.check(isWhole(await report(randomUUID(), matches)), "a match without a fault is whole");
  rmSync(command);
  const pointOf = inSomeOrder(run, listedPoints(folder));

  return async (round: number) => {
    const point = pointOf(round);
    const what = `a match, killed ${point}`;
    const once = randomUUID();
    matches++;
    writeFileSync(command, point);
    run.fault();
    const unanswered = await outcome(report(once, matches));
    run.check(unanswered === null, `${what}: no answer came, as meant`);
    await (unanswered ? server.kill() : server.exited);
    rmSync(command);
    server = await spawn();
    const reply = await report(once, matches);
    run.check(reply.status === 200, `${what}: the repetition is answered ${reply.status} ${reply.body.code}`);
    run.check(isWhole(reply), `${what}: it counts once and whole`);
    const again = await report(once, matches);
    run.check(JSON.stringify(again.body) === JSON.stringify(reply.body), `${what}: and is answered alike`);
  };
}

export const matchCrashesEmbedded: Proof = {
  name: "match crashes, embedded",
  title: "a match that is killed before and after every statement counts once and whole (embedded database)",
  database: "embedded",
  shortRounds: 2,
  longRounds: 40,
  share: 1,
  async prepare(run) {
    const folder = await folderWithDatabase(run.world);
    const key = await keyIn({ kind: "embedded", dataDir: join(folder, "data") });
    return matchCrashes(run, folder, {}, key);
  },
};

export const matchCrashesPostgres: Proof = {
  name: "match crashes, PostgreSQL",
  title: "a match that is killed before and after every statement counts once and whole (PostgreSQL)",
  database: "postgres",
  shortRounds: 3,
  longRounds: 40,
  share: 1,
  async prepare(run) {
    const database = await databaseOf(run.world);
    return matchCrashes(run, serverFolder(run.world), database.env(), await keyIn(database.config));
  },
};
