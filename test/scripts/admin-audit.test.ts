import { afterAll, beforeAll, describe, expect, setDefaultTimeout, spyOn, test } from "bun:test";
import { type CommandDef, runCommand } from "citty";
import { COMMANDS } from "../../scripts/admin/commands";
import { type Database, openDatabase } from "../../src/db/database";
import { playAsGuest } from "../support/guests";
import { postgresAvailable, testPostgres } from "../support/postgres";
import { environment } from "../support/prisma-cli";
import { JWT_SECRET, startTestServer } from "../support/server";

setDefaultTimeout(60_000);

/** Commands that look and change nothing. */
const LOOKS = [
  "find",
  "show",
  "audit",
  "maintenance show",
  "client-version show",
  "keys list",
  "webhooks list",
  "webhooks test",
];

/** Every other command, in an order in which each has something to do: what is put behind it, and what the audit has then. */
type Step = [command: string, args: (made: Made) => string[], action: string];

type Made = { player: string; other: string; last: Record<string, string> };

const STEPS: Step[] = [
  ["note", ({ player }) => [player, "Was here."], "note"],
  ["rename", ({ player }) => [player, "Renamed Otter"], "rename"],
  ["undo", ({ last }) => [last.change ?? ""], "undo"],
  ["roles set", ({ player }) => [player, "moderator"], "roles"],
  ["age-band set", ({ player }) => [player, "teen"], "age_band"],
  ["guardian-consent give", ({ player }) => [player, "--guardian", "Ada"], "guardian_consent"],
  ["guardian-consent withdraw", ({ player }) => [player], "guardian_consent"],
  ["account export", ({ player }) => [player], "export"],
  ["account delete", ({ player }) => [player], "delete"],
  ["account restore", ({ player }) => [player], "restore"],
  ["sessions end", ({ player }) => [player, "--yes"], "end_sessions"],
  ["ban", ({ player }) => [player, "--reason", "Cheating", "--yes"], "ban"],
  ["unban", ({ player }) => [player], "unban"],
  ["merge", ({ player, other }) => [player, other, "--yes"], "merge"],
  ["maintenance on", () => [], "maintenance"],
  ["maintenance off", () => [], "maintenance"],
  ["client-version set", () => ["1.4.0"], "client_version"],
  ["client-version clear", () => [], "client_version"],
  ["keys create", () => ["Kitchen", "--scope", "introspect"], "key_create"],
  ["keys revoke", ({ last }) => [last.id ?? ""], "key_revoke"],
  ["signing-key rotate", () => [], "signing_key_rotate"],
  ["webhooks add", () => ["http://127.0.0.1:9/hooks"], "webhook_add"],
  ["webhooks enable", ({ last }) => [last.id ?? ""], "webhook_enable"],
  ["webhooks replay", ({ last }) => [last.enabled ?? "", "--failed"], "webhook_replay"],
  ["webhooks remove", ({ last }) => [last.id ?? ""], "webhook_remove"],
];

/** The words by which each command is called. */
function leaves(commands: Record<string, unknown>, before: string[] = []): string[] {
  return Object.entries(commands).flatMap(([name, command]) => {
    const { subCommands } = command as CommandDef;
    const words = [...before, name];
    return subCommands ? leaves(subCommands as Record<string, unknown>, words) : [words.join(" ")];
  });
}

test("every command of the operator's is one that looks, or one that the audit has", () => {
  const known = [...LOOKS, ...STEPS.map(([command]) => command)];
  expect(leaves(COMMANDS).toSorted()).toEqual(known.toSorted());
});

describe.skipIf(!postgresAvailable())("What an operator does stands in the audit:", () => {
  const world = new AsyncDisposableStack();
  let database: Database;
  const made: Made = { player: "", other: "", last: {} };
  beforeAll(async () => {
    const config = await (await testPostgres()).createDatabase();
    database = await openDatabase(config);
    world.defer(() => database.close());
    const server = await startTestServer({ database });
    world.defer(() => server.stop());
    for (const who of ["player", "other"] as const) made[who] = String((await playAsGuest(server)).user.id);
    const before = { ...process.env };
    Object.assign(process.env, environment(config), { JWT_SECRET });
    world.defer(() => {
      for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
      Object.assign(process.env, before);
    });
  });
  afterAll(() => world.disposeAsync());

  const latest = async () => {
    const { rows } = await database.pool.query(
      "SELECT id, action, actor_kind FROM audit_events ORDER BY id DESC LIMIT 1",
    );
    return rows[0];
  };

  for (const [command, args, action] of STEPS) {
    test(command, async () => {
      const [first = "", ...rest] = command.split(" ");
      if (command === "webhooks enable")
        await database.pool.query("UPDATE webhook_endpoints SET disabled_at = now()");
      const before = await latest();
      const printed = spyOn(console, "log").mockImplementation(() => {});
      const refused = spyOn(console, "error").mockImplementation(() => {});
      try {
        const rawArgs = [...rest, ...args(made), ...(command === "account export" ? [] : ["--json"])];
        await runCommand(COMMANDS[first as keyof typeof COMMANDS] as CommandDef, { rawArgs });
        expect(refused.mock.calls).toEqual([]);
        const output = printed.mock.calls.flat().join("\n");
        const { id: earlier = null, ...answer } = JSON.parse(output);
        // Of a webhook the id goes on to what is done to it next.
        made.last = { ...answer, id: earlier ?? made.last.id };
      } finally {
        printed.mockRestore();
        refused.mockRestore();
      }
      const after = await latest();
      expect(after).toMatchObject({ action, actor_kind: "operator" });
      expect(after.id).not.toBe(before?.id);
    });
  }
});
