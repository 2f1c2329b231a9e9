import { rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { loadConfig } from "../../src/config/config";
import { type Database, openDatabase } from "../../src/db/database";
import type { SessionAnswer } from "../../src/session/model";
import { inSomeOrder, listedPoints } from "../support/crash-points";
import { folderWithDatabase } from "../support/embedded";
import { signIn } from "../support/players";
import type { Proof, Run } from "../support/proof";
import { bearer, send } from "../support/requests";
import { startTestServer } from "../support/server";
import { serverFolder } from "../support/spawned-server";
import { databaseOf } from "../support/test-database";

const PRELOAD = resolve(import.meta.dirname, "../support/crash-preload.ts");
const PURGE = resolve(import.meta.dirname, "../support/purge-once.ts");

/** Every row of a player's, whatever table it is in; `personal` is what must be there whole, or not at all. */
const LEFT_OF = `
  SELECT u.purged_at IS NOT NULL AS purged,
    (u.name <> '')::int + (u.email <> '')::int
      + (SELECT count(*)::int FROM identities AS i WHERE i.user_id = u.id)
      + (SELECT count(*)::int FROM refresh_tokens AS s WHERE s.user_id = u.id)
      + (SELECT count(*)::int FROM name_looks AS l WHERE l.user_id = u.id)
      + (SELECT count(*)::int FROM account_changes AS c WHERE c.user_id = u.id)
      + (SELECT count(*)::int FROM transfer_codes AS t WHERE t.user_id = u.id)
      + (SELECT count(*)::int FROM webhook_deliveries AS d WHERE d.user_id = u.id AND d.data #>> '{player,name}' <> '')
      + (SELECT count(*)::int FROM audit_events AS a WHERE a.user_id = u.id AND a.after IS NOT NULL) AS personal,
    (SELECT count(*)::int FROM audit_events AS a WHERE a.user_id = u.id AND a.action = 'purge') AS purges
  FROM users AS u WHERE u.id = $1`;

/** Somebody who is told of everything, and never asked. */
const RECEIVER = `
  INSERT INTO webhook_endpoints (id, url, secret_jwe, event_types)
  SELECT gen_random_uuid(), 'https://nobody.example/', '', '{}' WHERE NOT EXISTS (SELECT FROM webhook_endpoints)`;

const LEAVERS_AT_ONCE = 4;

type Left = { purged: boolean; personal: number; purges: number };

/** Kills what forgets a player before and after each of its statements, in an order of the seed's. */
async function purgeCrashPoints(run: Run, folder: string, env: Record<string, string>) {
  const command = join(folder, "crash-later");
  const begun = join(folder, "crash-at");
  const at = async <T>(work: (database: Database) => Promise<T>): Promise<T> => {
    const database = await openDatabase(loadConfig({ cwd: folder, env }).database);
    return work(database).finally(() => database.close());
  };
  const leftOf = ({ user }: SessionAnswer) =>
    at(async ({ pool }) => (await pool.query<Left>(LEFT_OF, [user.id])).rows[0] as Left);
  const purge = async () =>
    Bun.spawn([process.execPath, "--preload", PRELOAD, PURGE], {
      cwd: folder,
      env: { PATH: process.env.PATH ?? "", HOME: folder, ...env },
      stdout: "inherit",
      stderr: "inherit",
    }).exited;
  /** Players who have left. */
  const leavers = (count: number): Promise<SessionAnswer[]> =>
    at(async (database) => {
      await database.pool.query(RECEIVER);
      const server = await startTestServer({ database });
      const sessions = [];
      for (let left = 0; left < count; left++) {
        const session = await signIn(server);
        await send(server, "/api/transfer_code", { method: "POST", headers: bearer(session) });
        const { status } = await send(server, "/api/me", { method: "DELETE", headers: bearer(session) });
        run.check(status === 200, `a player leaves: ${status}`);
        sessions.push(session);
      }
      await server.stop();
      return sessions;
    });
  let waiting: SessionAnswer[] = [];
  /** One of them whose time is over. */
  const nextLeaver = async () => {
    if (waiting.length === 0) waiting = await leavers(LEAVERS_AT_ONCE);
    const leaver = waiting.pop() as SessionAnswer;
    await at(({ pool }) => pool.query("UPDATE users SET deletes_at = now() WHERE id = $1", [leaver.user.id]));
    return leaver;
  };

  await nextLeaver();
  writeFileSync(command, "list");
  await purge();
  rmSync(begun);
  const pointOf = inSomeOrder(run, listedPoints(folder));

  return async (round: number) => {
    const point = pointOf(round);
    const what = `the purge, killed ${point}`;
    const leaver = await nextLeaver();
    const before = await leftOf(leaver);
    writeFileSync(command, point);
    run.fault();
    const exitCode = await purge();
    run.check(exitCode !== 0, `${what}: it was killed`);
    rmSync(begun, { force: true });
    const between = await leftOf(leaver);
    const isWhole = between.personal === before.personal && !between.purged && between.purges === 0;
    const isGone = between.personal === 0 && between.purged && between.purges === 1;
    run.check(
      isWhole || isGone,
      `${what}: all of the player is there, or nothing: ${JSON.stringify(between)}`,
    );
    run.check((await purge()) === 0, `${what}: it goes on`);
    const after = await leftOf(leaver);
    run.check(
      after.personal === 0 && after.purged && after.purges === 1,
      `${what}: then nothing of the player is there, and it was done once: ${JSON.stringify(after)}`,
    );
  };
}

const TITLE =
  "killed before and after every statement of the purge, a player is there whole or gone, and goes once";

export const purgeCrashPointsEmbedded: Proof = {
  name: "purge, embedded",
  title: `${TITLE} (embedded database)`,
  database: "embedded",
  shortRounds: 1,
  longRounds: 60,
  share: 1,
  prepare: async (run) => purgeCrashPoints(run, await folderWithDatabase(run.world), {}),
};

export const purgeCrashPointsPostgres: Proof = {
  name: "purge, PostgreSQL",
  title: `${TITLE} (PostgreSQL)`,
  database: "postgres",
  shortRounds: 2,
  longRounds: 60,
  share: 1,
  async prepare(run) {
    const database = await databaseOf(run.world);
    return purgeCrashPoints(run, serverFolder(run.world), database.env());
  },
};
