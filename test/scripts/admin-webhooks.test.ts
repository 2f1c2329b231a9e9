import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { Webhook } from "standardwebhooks";
import { type Database, openDatabase } from "../../src/db/database";
import type { PostgresConfig } from "../../src/db/postgres";
import { runAdmin } from "../support/admin";
import { postgresAvailable, testPostgres } from "../support/postgres";
import { environment } from "../support/prisma-cli";
import { type Receiver, startReceiver } from "../support/webhook-receiver";

setDefaultTimeout(60_000);

const UUID = /^[0-9a-f-]{36}$/;

describe.skipIf(!postgresAvailable())("bun run admin webhooks", () => {
  let config: PostgresConfig;
  let database: Database;
  let hook: Receiver;
  beforeAll(async () => {
    config = await (await testPostgres()).createDatabase();
    database = await openDatabase(config);
    hook = startReceiver();
  });
  afterAll(async () => {
    hook.stop();
    await database.close();
  });

  const admin = (...args: string[]) => runAdmin(environment(config), "webhooks", ...args);
  const adminJson = async (...args: string[]) => JSON.parse((await admin(...args, "--json")).out);

  test("adds one, whose secret is shown once and verifies what it is sent, and removes it", async () => {
    const { secret, ...row } = await adminJson("add", hook.url, "--events", "player.renamed,player.merged");
    expect(secret).toMatch(/^whsec_/);
    expect(row).toEqual({
      id: expect.stringMatching(UUID),
      url: hook.url,
      events: ["player.renamed", "player.merged"],
      created_at: expect.any(String),
      disabled_at: null,
    });
    expect(await adminJson("list")).toEqual([
      { ...row, pending: 0, pending_since: null, failed: 0, last_failure: null },
    ]);
    const { out } = await admin("list");
    expect(out).toBe(
      [
        `${row.id}  ${hook.url}`,
        "  told of   player.renamed, player.merged",
        "  to send   0",
        "  given up  0\n",
      ].join("\n"),
    );
    expect(out).not.toContain(secret.slice(6));

    expect((await admin("test", row.id)).out).toBe("It has taken it.\n");
    const [{ headers, text }] = hook.received as [Receiver["received"][number]];
    expect(new Webhook(secret).verify(text, headers)).toMatchObject({ type: "webhook.test", data: {} });

    expect(await adminJson("remove", row.id)).toEqual({ removed: row.id });
    expect(await adminJson("list")).toEqual([]);
  });

  test("says what a server answers that does not take it, and exits with 1", async () => {
    const { id } = await adminJson("add", hook.url);
    hook.answerWith(() => new Response(null, { status: 500 }));
    expect(await admin("test", id)).toMatchObject({ exitCode: 1, out: "It has not taken it: http_500.\n" });
    await admin("remove", id);
  });

  test("sends once more, by id, by time and what has failed, and enables what was gone", async () => {
    const { id } = await adminJson("add", hook.url);
    const events = [Bun.randomUUIDv7(), Bun.randomUUIDv7(), Bun.randomUUIDv7()];
    for (const [index, eventId] of events.entries())
      await database.pool.query(
        `INSERT INTO webhook_deliveries (endpoint_id, event_id, user_id, type, data, created_at, due_at, status)
         VALUES ($1, $2, 7, 'player.renamed', '{}', now() - make_interval(hours => $3), now(), $4)`,
        [id, eventId, index, index === 2 ? "failed" : "delivered"],
      );
    const sentAgain = async (...args: string[]) => {
      const answer = await adminJson("replay", id, ...args);
      const { rows } = await database.pool.query(
        `WITH seen AS (SELECT event_id FROM webhook_deliveries WHERE status = 'pending')
         UPDATE webhook_deliveries AS d SET status = 'delivered' FROM seen WHERE d.event_id = seen.event_id
         RETURNING d.event_id`,
      );
      expect(answer).toEqual({ replayed: rows.length });
      return rows.map(({ event_id }) => events.indexOf(event_id)).sort();
    };
    expect(await sentAgain("--failed")).toEqual([2]);
    expect(await sentAgain("--event", events[1]!)).toEqual([1]);
    expect(await sentAgain("--since", new Date(Date.now() - 5_400_000).toISOString())).toEqual([0, 1]);
    await database.pool.query("UPDATE webhook_endpoints SET disabled_at = now()");
    expect(await adminJson("enable", id)).toEqual({ enabled: id });
    expect(await adminJson("list")).toMatchObject([{ id, disabled_at: null }]);
    await admin("remove", id);
  });

  test.each([
    [["add", "http://hooks.example/"], "The URL is neither https: nor http: to this machine."],
    [["add", "https://hooks.example/", "--events", "player.won"], 'There is no event "player.won"'],
    [["remove", "nonsense"], 'There is no webhook with the id "nonsense"'],
    [["enable", "01a22db5-4614-734c-8fd1-fdba4ab1e5fe"], "There is no webhook with the id"],
    [["test", "01a22db5-4614-734c-8fd1-fdba4ab1e5fe"], "There is no webhook with the id"],
    [["replay", "01a22db5-4614-734c-8fd1-fdba4ab1e5fe", "--failed"], "There is no webhook with the id"],
    [["replay", "x"], "Say which: --event, --since or --failed."],
    [["replay", "x", "--since", "yesterday"], '"yesterday" is no time.'],
    [["replay", "x", "--event", "7"], '"7" is no webhook-id.'],
  ])("%j is refused with a sentence", async (args, sentence) => {
    const { exitCode, out, err } = await admin(...args);
    expect([exitCode, out + err]).toEqual([1, expect.stringContaining(sentence)]);
    expect(err).not.toContain("    at ");
  });
});
