import { expect, test } from "bun:test";
import { parse } from "csv-parse/sync";
import type { ExportKind } from "../../src/player-files/export-players";
import { forEachDatabase, type OpenDatabase } from "../support/databases";
import { playAsGuest } from "../support/guests";
import { linkingAt } from "../support/linking";
import { fileOf, playerFilesAt } from "../support/player-files";
import { googleTokens, signIn } from "../support/players";
import { bearer, post, send } from "../support/requests";
import { startTestServer } from "../support/server";

/** Players as a game has them, in a database with a server. */
async function playedWorld(world: AsyncDisposableStack, open: OpenDatabase) {
  const database = await open();
  world.defer(() => database.close());
  const server = await startTestServer({ database });
  world.defer(() => server.stop());
  const files = playerFilesAt(database, server.config);
  const players = [
    {
      id: 7,
      name: "-Ann",
      email: "ann@players.example",
      email_verified: true,
      identities: [
        { provider: "google", subject: "1001", email: "ann@players.example", email_verified: true },
        { provider: "studio", subject: "a b%c:d", email: null, name: 'Ann, "the" Pan' },
      ],
      picture: "https://pictures.example/ann.png?a=1,2",
      stars: 12,
      level: 3,
      stats: { wins: 4, best_score: -9 },
      roles: ["moderator"],
      created_at: "2025-05-30T23:38:05.123Z",
      last_login: "2025-06-30T23:38:05.456Z",
    },
    {
      id: 9,
      name: "Тома",
      steam: "76561197960287930",
      banned: { until: "2099-01-01T00:00:00.000Z", reason: '=cmd|"x"' },
    },
    { id: 12, google: "1003", name: "李雷", banned: { until: null, reason: null } },
  ];
  const file = fileOf(world, "players.json", JSON.stringify(players));
  expect(await files.import("json", file, { keepIds: true })).toMatchObject({ newPlayers: 3 });
  return { database, server, files };
}

/** What is exported of that, and of a guest. */
async function exported(open: OpenDatabase, kind: ExportKind) {
  await using world = new AsyncDisposableStack();
  const { files, server } = await playedWorld(world, open);
  const guest = await playAsGuest(server);
  return { text: await files.export(kind), guest };
}

forEachDatabase((open, kind) => {
  test.each(["csv", "json"] as const)(
    "what is written as %s is read again: the same players, ways in, names, progress, roles and bans",
    async (written) => {
      const { text, guest } = await exported(open, written);
      await using world = new AsyncDisposableStack();
      const other = await open();
      world.defer(() => other.close());
      const there = playerFilesAt(other);
      const report = await there.import(written, fileOf(world, `players.${written}`, text), {
        keepIds: true,
      });
      expect(report).toMatchObject({
        newPlayers: 3,
        withoutWayIn: 1,
        leftOut: { guest: 1 },
        refused: { count: 0 },
      });
      // Of the guest there is nothing to sign in with.
      const lines = (await there.export(written)).split("\n");
      const isGuest = (line: string) => line.includes(guest.user.name);
      expect(lines.map(withoutComma)).toEqual(
        text
          .split("\n")
          .filter((line) => !isGuest(line))
          .map(withoutComma),
      );
      const again = await startTestServer({ database: other });
      world.defer(() => again.stop());
      expect((await signIn(again, { sub: "1001" })).user).toMatchObject({ id: 7, name: "-Ann", stars: 12 });
      const { id_token } = await googleTokens(again, { sub: "1003" });
      expect((await post(again, "/api/login", { id_token })).body.code).toBe("account_disabled");
    },
    60_000,
  );

  test("who left or was merged away is not in it, and no secret of anybody's", async () => {
    await using world = new AsyncDisposableStack();
    const { files, server, database } = await playedWorld(world, open);
    const leaver = await signIn(server);
    const left = await send(server, "/api/me", { method: "DELETE", headers: bearer(leaver) });
    expect(left.status).toBe(200);
    const { resolve, conflict } = linkingAt(server);
    const { mine, theirs, ticket } = await conflict();
    expect((await resolve(mine, ticket, "mine")).status).toBe(200);
    const guest = await playAsGuest(server);
    const { rows: guests } = await database.pool.query<{ subject: string }>(
      "SELECT subject FROM identities WHERE provider = 'guest'",
    );
    expect(guests).toHaveLength(2);
    for (const to of ["csv", "json"] as const) {
      const text = await files.export(to);
      for (const { user } of [mine, guest]) expect(text).toMatch(lineOf(user.id));
      for (const { user } of [leaver, theirs]) expect(text).not.toMatch(lineOf(user.id));
      for (const { subject } of guests) expect(text).not.toContain(subject);
      expect(text).not.toContain(guest.refresh_token);
    }
    const { rows: noted } = await database.pool.query(
      "SELECT after FROM audit_events WHERE action = 'export_players' ORDER BY id",
    );
    expect(noted).toEqual([{ after: { to: "csv" } }, { after: { to: "json" } }]);
  }, 60_000);

  test("all of it is of one moment: who signs up meanwhile is not in it", async () => {
    // The embedded database has one connection, on which nobody comes in between.
    if (kind === "embedded") return;
    await using world = new AsyncDisposableStack();
    const { files, server } = await playedWorld(world, open);
    let late = 0;
    const text = await files.export("json", async (piece) => {
      if (piece.includes('"id":7')) late = (await signIn(server)).user.id;
    });
    expect(late).toBeGreaterThan(12);
    expect(JSON.parse(text).map(({ id }: { id: number }) => id)).toEqual([7, 9, 12]);
    expect(JSON.parse(await files.export("json"))).toHaveLength(4);
  }, 60_000);

  test("no cell of the CSV is a formula, and every line has as many cells (RFC 4180)", async () => {
    await using world = new AsyncDisposableStack();
    const { files } = await playedWorld(world, open);
    const text = await files.export("csv");
    expect(text.match(/\r\n/g)).toHaveLength(4);
    const [headings, ...rows] = parse(text) as string[][];
    expect(rows.map((row) => row.length)).toEqual(rows.map(() => headings?.length ?? 0));
    for (const cell of rows.flat()) expect(cell).not.toMatch(/^[=+\-@\t\r]/);
    expect(rows[0]?.slice(0, 5)).toEqual([
      "7",
      "'-Ann",
      "ann@players.example",
      "true",
      "google:1001 studio:a%20b%25c:d",
    ]);
  }, 60_000);
});

function lineOf(id: number): RegExp {
  return new RegExp(`^(\\{"id":)?${id},`, "m");
}

/** Between players of JSON there is a comma, and none behind the last. */
function withoutComma(line: string): string {
  return line.replace(/,\r?$/, "").replace(/\r$/, "");
}
