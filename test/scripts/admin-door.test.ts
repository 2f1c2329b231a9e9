import { beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { openDatabase } from "../../src/db/database";
import type { PostgresConfig } from "../../src/db/postgres";
import { runAdmin } from "../support/admin";
import { postgresAvailable, testPostgres } from "../support/postgres";
import { environment } from "../support/prisma-cli";

setDefaultTimeout(60_000);

describe.skipIf(!postgresAvailable())("bun run admin", () => {
  let config: PostgresConfig;
  let player: number;
  beforeAll(async () => {
    config = await (await testPostgres()).createDatabase();
    player = await query(
      "INSERT INTO users (email, name, name_folded, name_skeleton) VALUES ('ann@players.example', 'Ann', 'ann', 'ann') RETURNING id",
    ).then(([row]) => row?.id as number);
  });

  const query = async (text: string): Promise<Record<string, unknown>[]> => {
    const database = await openDatabase(config);
    const { rows } = await database.pool.query(text);
    await database.close();
    return rows;
  };
  const admin = (...args: string[]) => runAdmin(environment(config), ...args);
  const adminJson = async (...args: string[]) => JSON.parse((await admin(...args, "--json")).out);

  test("begins a maintenance, shows it and ends it", async () => {
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const on = { maintenance: true, until, message: "Soup." };
    expect(await adminJson("maintenance", "on", "--until", until, "--message", "Soup.")).toEqual(on);
    expect(await adminJson("maintenance", "show")).toEqual(on);
    expect((await admin("maintenance", "show")).out).toBe(
      `Maintenance until ${until}: no player signs in or refreshes.\nPlayers are told: Soup.\n`,
    );
    const off = { maintenance: false, until: null, message: null };
    expect(await adminJson("maintenance", "off")).toEqual(off);
    expect(await adminJson("maintenance", "show")).toEqual(off);
    const events = await query("SELECT actor_kind, actor_id FROM audit_events WHERE action = 'maintenance'");
    expect(events).toEqual(Array(2).fill({ actor_kind: "operator", actor_id: expect.any(String) }));
  });

  test("says how long a maintenance takes from now", async () => {
    const { until } = await adminJson("maintenance", "on", "--until", "90m");
    expect((Date.parse(until) - Date.now()) / 60_000).toBeWithin(88, 91);
    await admin("maintenance", "off");
  });

  test("says which versions are let in, and lets all in again", async () => {
    const told = { minimum: "1.4.0", url: "https://game.example/get", required: true };
    expect(await adminJson("client-version", "set", "1.4.0", "--url", told.url, "--required")).toEqual(told);
    expect((await admin("client-version", "show")).out).toBe(
      "Versions before 1.4.0 are not let in, nor games that tell none.\nPlayers are sent to https://game.example/get\n",
    );
    await admin("client-version", "clear");
    expect(await adminJson("client-version", "show")).toEqual({ minimum: null, url: null, required: false });
  });

  test("says how old a player is, and that a guardian consents", async () => {
    const id = String(player);
    expect(await adminJson("age-band", "set", id, "child", "--reason", "A letter.")).toEqual({
      id: player,
      age_band: "child",
      guardian_consent_at: null,
    });
    const consented = await adminJson("guardian-consent", "give", id, "--guardian", "Ada");
    expect(consented).toMatchObject({ age_band: "child", guardian_consent_at: expect.any(String) });
    expect(await adminJson("guardian-consent", "withdraw", id)).toMatchObject({ guardian_consent_at: null });
    expect(await query("SELECT guardian FROM users")).toEqual([{ guardian: null }]);
  });

  test("exports, deletes and keeps a player", async () => {
    const id = String(player);
    expect(JSON.parse((await admin("account", "export", id)).out).profile).toMatchObject({
      name: "Ann",
      email: "ann@players.example",
    });
    const { deletes_at } = await adminJson("account", "delete", id, "--reason", "By mail.");
    expect((Date.parse(deletes_at) - Date.now()) / 86_400_000).toBeWithin(13.9, 14.1);
    expect((await admin("account", "restore", id)).out).toBe(`Player ${id} stays.\n`);
    const events = await query(
      "SELECT action, reason FROM audit_events WHERE action IN ('delete', 'restore') ORDER BY id",
    );
    expect(events).toEqual([
      { action: "delete", reason: "By mail." },
      { action: "restore", reason: null },
    ]);
  });

  test.each([
    [["maintenance", "on", "--until", "soon"], '"soon" is no time'],
    [["maintenance", "on", "--until", "2020-01-01T00:00:00Z"], "That time is over."],
    [["maintenance", "on", "--message", "x".repeat(301)], "A message has 1 to 300 characters"],
    [["client-version", "set", "1.4"], '"1.4" is not a semantic version'],
    [["client-version", "set", "1.4.0", "--url", "http://game.example"], "--url must be an https: address."],
    [["age-band", "set", "1", "old"], "An age band is child, teen, adult."],
    [["age-band", "set", "x", "teen"], 'Nobody is "x".'],
    [["age-band", "set", "99999", "teen"], "There is no player with the id 99999."],
    [["guardian-consent", "give", "1", "--guardian", ""], "A guardian has 1 to 200 characters."],
    [["account", "export", "99999"], "There is no player with the id 99999."],
    [["account", "delete", "99999"], "There is no player with the id 99999."],
    [["account", "restore", "1"], "No player with the id 1 is being deleted."],
  ])("%j is refused with a sentence", async (args, sentence) => {
    const { exitCode, out, err } = await admin(...args);
    expect([exitCode, out + err]).toEqual([1, expect.stringContaining(sentence)]);
    expect(err).not.toContain("    at ");
  });
});
