import { rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Webhook } from "standardwebhooks";
import { ask, bearer, freshName, outcome, playAsGuest } from "../support/client";
import type { Proof, Run } from "../support/proof";
import { googleOf, serverFolder, spawnServer } from "../support/spawned-server";
import { databaseOf } from "../support/test-database";
import { addEndpoint } from "../support/webhook-endpoint";
import { startReceiver } from "../support/webhook-receiver";

const PRELOAD = resolve(import.meta.dirname, "../support/crash-preload.ts");

/** A rename's statements, then those of its delivery, and some of what goes on beside them. */
const STATEMENTS = 9;
const DELIVERED_LIMIT_MS = 30_000;

/** Kills the server somewhere between a rename and the note that its webhook was taken, and starts it again. */
async function prepare(run: Run) {
  const google = googleOf(run.world);
  const database = await databaseOf(run.world);
  const folder = serverFolder(run.world);
  const command = join(folder, "crash-at");
  const hook = startReceiver(() => new Response(null, { status: run.random.fraction() < 0.2 ? 500 : 204 }));
  run.world.defer(() => hook.stop());
  const env = { ...google.env, ...database.env() };
  const secret = await addEndpoint(env, hook.url);
  const spawn = () => spawnServer({ folder, env, preload: PRELOAD });
  let server = await spawn();
  run.world.defer(() => server.kill());
  const session = await playAsGuest(server.origin);
  const names: string[] = [];
  const { pool } = database;

  return async () => {
    const new_username = freshName();
    const rename = () => ask(server.origin, "POST /api/update_username", { new_username }, bearer(session));
    const where = `${run.random.pick(["before", "after"])} ${run.random.integer(1, STATEMENTS)}`;
    writeFileSync(command, where);
    const answered = await outcome(rename());
    if (await Promise.race([server.exited.then(() => true), Bun.sleep(4_000)])) run.fault();
    rmSync(command);
    await server.kill();
    server = await spawn();
    if (!answered) run.check((await rename()).status === 200, `${where}: the rename is repeated`);
    names.push(new_username);

    const until = performance.now() + DELIVERED_LIMIT_MS;
    const isDelivered = async () => {
      // Nobody waits for a pause or for the lease of who was killed.
      await pool.query("UPDATE webhook_deliveries SET due_at = now() WHERE status = 'pending'");
      const { rows } = await pool.query(
        "SELECT count(*)::int AS waiting FROM webhook_deliveries WHERE status <> 'delivered'",
      );
      return rows[0].waiting === 0;
    };
    while (!(await isDelivered()) && performance.now() < until) await Bun.sleep(500);

    const taken = hook.taken().filter(({ body }) => body.type === "player.renamed");
    const told = taken.map(({ body }) => body.data.player.name);
    run.check(
      told.join() === names.join(),
      `${where}: each rename is told once, in order (${told.length} of ${names.length})`,
    );
    const { rows } = await pool.query(
      "SELECT event_id AS id FROM webhook_deliveries WHERE type = 'player.renamed' ORDER BY webhook_deliveries.id",
    );
    run.check(
      rows.map(({ id }) => id).join() === taken.map(({ id }) => id).join(),
      `${where}: the ids are those of the outbox`,
    );
    for (const { text, headers } of taken.slice(-1))
      run.check(isVerified(secret, text, headers), `${where}: what came is signed`);
  };
}

function isVerified(secret: string, text: string, headers: Record<string, string>): boolean {
  try {
    return new Webhook(secret).verify(text, headers) !== undefined;
  } catch {
    return false;
  }
}

export const webhooks: Proof = {
  name: "webhooks",
  title:
    "a server that is killed at any statement between a rename and its webhook loses no event, makes none twice, and keeps their order",
  database: "postgres",
  shortRounds: 4,
  longRounds: 100,
  share: 2,
  prepare,
};
