import { beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { openDatabase } from "../../src/db/database";
import type { PostgresConfig } from "../../src/db/postgres";
import { runAdmin } from "../support/admin";
import { postgresAvailable, testPostgres } from "../support/postgres";
import { environment } from "../support/prisma-cli";

setDefaultTimeout(60_000);

describe.skipIf(!postgresAvailable())("bun run admin", () => {
  let config: PostgresConfig;
  beforeAll(async () => {
    config = await (await testPostgres()).createDatabase();
  });

  const admin = (...args: string[]) => runAdmin(environment(config), ...args);
  const adminJson = async (...args: string[]) => JSON.parse((await admin(...args, "--json")).out);

  test("makes a key, which is shown once, lists it and revokes it", async () => {
    const made = await adminJson("keys", "create", "Kitchen 1", "--scope", "introspect");
    expect(made).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      name: "Kitchen 1",
      scopes: ["introspect"],
      server: null,
      created_at: expect.any(String),
      last_used_at: null,
      revoked_at: null,
      key: expect.stringMatching(/^sk_[\w-]{43}$/),
    });
    const { key, ...row } = made;
    expect(await adminJson("keys", "list")).toEqual([row]);
    expect((await admin("keys", "list")).out).not.toContain(key.slice(3));
    const revoked = await adminJson("keys", "revoke", row.id);
    expect(revoked).toEqual({ ...row, revoked_at: expect.any(String) });
    // Again, it stays as it was.
    expect(await adminJson("keys", "revoke", row.id)).toEqual(revoked);
    const events = await adminJson("audit", "--action", "key_create,key_revoke");
    const about = { key: row.id, name: "Kitchen 1", scopes: ["introspect"] };
    expect(events).toMatchObject([
      { action: "key_revoke", user_id: null, before: about, after: null },
      { action: "key_create", user_id: null, before: null, after: about, by: { kind: "operator" } },
    ]);
    expect(JSON.stringify(events)).not.toContain(key.slice(3));
  });

  test("makes a key for a game server that lets players in", async () => {
    const scopes = ["tickets:redeem", "progress:write"];
    const made = await adminJson("keys", "create", "EU", "--scope", scopes.join(), "--server", "kitchen-eu");
    expect(made).toMatchObject({ name: "EU", scopes, server: "kitchen-eu" });
  });

  test.each([
    [["keys", "create", "x", "--scope", "tickets:redeem"], "say which with --server"],
    [["keys", "create", "x", "--scope", "introspect", "--server", "eu"], "--server goes with"],
    [["keys", "create", "x", "--scope", "tickets:redeem", "--server", "e u"], "A game server's name has"],
    [["keys", "create", "x", "--scope", "everything"], 'There is no scope "everything"'],
    [["keys", "create", "x".repeat(65), "--scope", "introspect"], "A name has 1 to 64 characters"],
    [["keys", "create", "x"], "scope"],
    [["keys", "revoke", "nonsense"], 'There is no key with the id "nonsense"'],
    [["keys", "revoke", "01a22db5-4614-734c-8fd1-fdba4ab1e5fe"], "There is no key with the id"],
  ])("%j is refused with a sentence", async (args, sentence) => {
    const { exitCode, out, err } = await admin(...args);
    expect([exitCode, out + err]).toEqual([1, expect.stringContaining(sentence)]);
    expect(err).not.toContain("    at ");
  });

  test("lets id tokens be signed with another key", async () => {
    const first = await adminJson("signing-key", "rotate");
    const second = await adminJson("signing-key", "rotate");
    expect(second.kid).not.toBe(first.kid);
    const database = await openDatabase(config);
    const { rows } = await database.pool.query("SELECT id FROM signing_keys WHERE is_current");
    await database.close();
    expect(rows).toEqual([{ id: second.kid }]);
    expect((await adminJson("audit", "--action", "signing_key_rotate", "--limit", "1"))[0]).toMatchObject({
      before: { kid: first.kid },
      after: { kid: second.kid },
    });
  });
});
