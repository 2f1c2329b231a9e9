import { afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { Webhook } from "standardwebhooks";
import { ask, bearer, freshName, playAsGuest } from "../support/client";
import { postgresAvailable } from "../support/postgres";
import { googleOf, serverFolder, spawnServer } from "../support/spawned-server";
import { databaseOf } from "../support/test-database";
import { addEndpoint } from "../support/webhook-endpoint";
import { startReceiver } from "../support/webhook-receiver";

setDefaultTimeout(120_000);

describe.skipIf(!postgresAvailable())("a running server", () => {
  let world = new AsyncDisposableStack();
  afterEach(async () => {
    await world.disposeAsync();
    world = new AsyncDisposableStack();
  });

  const prepare = async (configYml = "") => {
    const database = await databaseOf(world);
    const env = { ...googleOf(world).env, ...database.env() };
    const hook = startReceiver();
    world.defer(() => hook.stop());
    const secret = await addEndpoint(env, hook.url);
    const server = await spawnServer({ folder: serverFolder(world, configYml), env });
    world.defer(() => server.kill());
    return { database, hook, secret, server };
  };
  const until = async (holds: () => boolean) => {
    while (!holds()) await Bun.sleep(50);
  };

  test("of two processes sends each event once, signed, within seconds", async () => {
    const { hook, secret, server } = await prepare("server:\n  workers: 2\n");
    const players = await Promise.all(Array.from({ length: 5 }, () => playAsGuest(server.origin)));
    for (const session of players)
      await ask(server.origin, "POST /api/update_username", { new_username: freshName() }, bearer(session));
    await until(() => hook.received.length === 10);
    await Bun.sleep(2_500);
    expect(hook.received).toHaveLength(10);
    for (const { user } of players) {
      const told = hook.received.filter(({ body }) => body.data.player.id === user.id);
      expect(told.map(({ body }) => body.type)).toEqual(["player.created", "player.renamed"]);
    }
    for (const { text, headers } of hook.received) new Webhook(secret).verify(text, headers);
  });

  test("that is told to stop waits for the answer to what it has sent, and sends nothing more", async () => {
    const { database, hook, server } = await prepare();
    const asked = Promise.withResolvers<void>();
    hook.answerWith(async () => {
      asked.resolve();
      await Bun.sleep(1_500);
      return new Response();
    });
    const session = await playAsGuest(server.origin);
    await ask(server.origin, "POST /api/update_username", { new_username: freshName() }, bearer(session));
    await asked.promise;
    expect(await server.terminate()).toBe(0);
    const { rows } = await database.pool.query("SELECT type, status FROM webhook_deliveries ORDER BY id");
    expect(rows).toEqual([
      { type: "player.created", status: "delivered" },
      { type: "player.renamed", status: "pending" },
    ]);
    expect(hook.received.map(({ body }) => body.type)).toEqual(["player.created"]);
  });
});
