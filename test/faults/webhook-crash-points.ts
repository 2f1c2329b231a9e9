import { rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { systemClock } from "../../src/clock";
import { loadConfig } from "../../src/config/config";
import { type Database, openDatabase } from "../../src/db/database";
import { loadKeyRing } from "../../src/session/keys";
import { createStores, type Stores } from "../../src/stores";
import { endpointSecrets, newEndpointSecret } from "../../src/webhooks/endpoints";
import { freshName, playAsGuest } from "../support/client";
import { inSomeOrder, listedPoints } from "../support/crash-points";
import { folderWithDatabase } from "../support/embedded";
import type { Proof, Run } from "../support/proof";
import { JWT_SECRET, startTestServer } from "../support/server";
import { serverFolder } from "../support/spawned-server";
import { databaseOf } from "../support/test-database";
import { startReceiver } from "../support/webhook-receiver";

const PRELOAD = resolve(import.meta.dirname, "../support/crash-preload.ts");
const TELL = resolve(import.meta.dirname, "../support/tell-once.ts");

/** What is killed: what happens to the player, and what the receiver answers when it is told. */
const WORKS = {
  "a rename that is told": { what: "rename", status: 204 },
  "a ban whose telling is put off": { what: "ban", status: 500 },
  "an attempt that is the last": { what: "last attempt", status: 500 },
  "an endpoint that is gone": { what: "rename", status: 410 },
} as const;

type WorkName = keyof typeof WORKS;

/** What happened to the player by the audit, and what of it is to be told, each in its order. */
const TOLD = `
  SELECT
    (SELECT coalesce(array_agg(a.id ORDER BY a.id), '{}') FROM audit_events AS a
      WHERE a.user_id = $1 AND a.action IN ('rename', 'ban')) AS audited,
    (SELECT coalesce(array_agg(d.event_id ORDER BY d.id), '{}') FROM webhook_deliveries AS d WHERE d.user_id = $1) AS outbox,
    (SELECT count(*)::int FROM webhook_deliveries AS d WHERE d.status <> 'delivered') AS waiting,
    (SELECT u.name FROM users AS u WHERE u.id = $1) AS name`;

type Told = { audited: string[]; outbox: string[]; waiting: number; name: string };

/** Kills what is told to a studio's server before and after each of its statements, in an order of the seed's. */
async function webhookCrashPoints(run: Run, folder: string, databaseEnv: Record<string, string>) {
  const env = { ...databaseEnv, JWT_SECRET };
  const hook = startReceiver();
  run.world.defer(() => hook.stop());
  const config = loadConfig({ cwd: folder, env });
  const keyRing = await loadKeyRing(config.security, config.dataDir);
  const at = async <T>(work: (stores: Stores, database: Database) => Promise<T>): Promise<T> => {
    const database = await openDatabase(config.database);
    return work(createStores(database, systemClock, config), database).finally(() => database.close());
  };
  const [playerId, endpointId] = await at(async ({ webhooks }, database) => {
    const server = await startTestServer({ database });
    const { user } = await playAsGuest(server.origin);
    await server.stop();
    const secretJwe = await endpointSecrets(keyRing).encrypt(newEndpointSecret());
    const { id } = await webhooks.add({ id: Bun.randomUUIDv7(), url: hook.url, secretJwe, eventTypes: [] });
    return [user.id, id];
  });
  const told = async ({ pool }: Database) => (await pool.query<Told>(TOLD, [playerId])).rows[0] as Told;
  /** A process of its own, which does something to the player and tells of it. */
  const tell = async (what = "", value = "") =>
    Bun.spawn([process.execPath, "--preload", PRELOAD, TELL, what, String(playerId), value], {
      cwd: folder,
      env: { PATH: process.env.PATH ?? "", HOME: folder, ...env },
      stdout: "inherit",
      stderr: "inherit",
    }).exited;
  const answering = (status: number) => hook.answerWith(() => new Response(null, { status }));
  /** Nobody waits for a pause, or for the lease of who was killed; and an endpoint that was gone is there again. */
  const dueNow = ({ webhooks }: Stores, { pool }: Database) =>
    Promise.all([
      pool.query("UPDATE webhook_deliveries SET due_at = now() WHERE status = 'pending'"),
      webhooks.enable(endpointId),
    ]);
  const crash = async (name: WorkName, point: string) => {
    const { what, status } = WORKS[name];
    if (what === "last attempt") {
      answering(500);
      run.check((await tell("rename", freshName())) === 0, `${name}: it happens`);
      await at(({ webhooks }, { pool }) =>
        Promise.all([
          webhooks.enable(endpointId),
          pool.query("UPDATE webhook_deliveries SET due_at = now(), attempts = 9 WHERE status = 'pending'"),
        ]),
      );
    }
    answering(status);
    const value = what === "last attempt" ? "" : freshName();
    writeFileSync(join(folder, "crash-later"), point);
    const exitCode = await tell(what === "last attempt" ? "" : what, value);
    rmSync(join(folder, "crash-at"), { force: true });
    return { exitCode, what, value };
  };
  /** Sends until everything was taken. @returns what there is then */
  const settle = async (): Promise<Told> => {
    answering(204);
    for (let attempt = 0; ; attempt++) {
      const now = await at(async (stores, database) => {
        await stores.webhooks.replay(endpointId, { failedOnly: true });
        await dueNow(stores, database);
        return told(database);
      });
      if (now.waiting === 0 || attempt === 5) return now;
      await tell();
    }
  };

  const pointsOf = new Map<WorkName, (round: number) => string>();
  const listed = async (name: WorkName) => {
    const known = pointsOf.get(name);
    if (known) return known;
    const { exitCode } = await crash(name, "list");
    run.check(exitCode === 0, `${name}: it is done where nothing is killed`);
    before = await settle();
    const pointOf = inSomeOrder(run, listedPoints(folder));
    pointsOf.set(name, pointOf);
    return pointOf;
  };
  let before: Told = { audited: [], outbox: [], waiting: 0, name: "" };
  const names = Object.keys(WORKS) as WorkName[];
  const workOf = inSomeOrder(run, names);

  return async (round: number) => {
    const work = workOf(round);
    const point = (await listed(work))(Math.ceil(round / names.length));
    const where = `${work}, killed ${point}`;
    const { exitCode, what, value } = await crash(work, point);
    run.fault();
    run.check(exitCode !== 0, `${where}: it was killed`);
    const between = await at((_, database) => told(database));
    run.check(
      between.audited.join() === between.outbox.join(),
      `${where}: what has happened is to be told, and nothing else`,
    );
    if (what === "rename")
      run.check(
        (between.name === value) === between.outbox.length > before.outbox.length,
        `${where}: the player has the name that is told`,
      );
    const hasHappened = between.outbox.length > before.outbox.length;
    if (what !== "last attempt" && !hasHappened)
      run.check((await tell(what, value)) === 0, `${where}: it goes on`);
    const after = await settle();
    const taken = hook.taken();
    run.check(after.waiting === 0, `${where}: everything was sent in the end`);
    run.check(
      after.outbox.length === before.outbox.length + 1 && after.outbox.join() === after.audited.join(),
      `${where}: it has happened once (${before.outbox.length} → ${after.outbox.length})`,
    );
    run.check(
      taken.map(({ id }) => id).join() === after.outbox.join(),
      `${where}: each event was told under one id, in its order (${taken.length} of ${after.outbox.length})`,
    );
    before = after;
  };
}

const TITLE =
  "killed before and after every statement that puts, claims, sends and finishes a webhook, no event is lost, none is another's, and their order stays";

export const webhookCrashPointsEmbedded: Proof = {
  name: "webhook crashes, embedded",
  title: `${TITLE} (embedded database)`,
  database: "embedded",
  shortRounds: 1,
  longRounds: 80,
  share: 1,
  prepare: async (run) => webhookCrashPoints(run, await folderWithDatabase(run.world), {}),
};

export const webhookCrashPointsPostgres: Proof = {
  name: "webhook crashes, PostgreSQL",
  title: `${TITLE} (PostgreSQL)`,
  database: "postgres",
  shortRounds: 2,
  longRounds: 80,
  share: 1,
  async prepare(run) {
    const database = await databaseOf(run.world);
    return webhookCrashPoints(run, serverFolder(run.world), database.env());
  },
};
