import { expect, test } from "bun:test";
import { linkingAt } from "../support/linking";
import { fileOf, playerFile, playerFilesAt } from "../support/player-files";
import { freshName, googleTokens, signIn } from "../support/players";
import { rejection } from "../support/rejection";
import { bearer, expectError, get, post } from "../support/requests";
import { steamTicket, withSteam } from "../support/steam";
import { studioAt } from "../support/studio";
import { onEachDatabase } from "../support/suite";

const NO_CHANGES = { newPlayers: 0, linked: 0, refused: { count: 0, byReason: {}, shown: [] } };

let accounts = 0;
/** An account of Google's that no test has used. */
const freshGoogle = () => `20${String(++accounts).padStart(19, "0")}`;

onEachDatabase(
  (at) => {
    const files = () => playerFilesAt(at.server.database, at.server.config);
    const query = async <Row = Record<string, unknown>>(text: string, values: unknown[] = []) =>
      (await at.server.database.pool.query(text, values)).rows as Row[];
    const count = async () => Number((await query<{ n: string }>("SELECT count(*) AS n FROM users"))[0]?.n);
    /** Players of one file are those of another as well. */
    const forgetAll = () => query("WITH banned AS (DELETE FROM banned_identities) DELETE FROM users");
    const csv = (world: DisposableStack, ...lines: string[]) =>
      fileOf(
        world,
        "players.csv",
        `name,google,steam,email,email_verified,stars,roles\n${lines.join("\n")}\n`,
      );
    const lineOf = (name: string, google = freshGoogle(), rest = ",,,,") => `${name},${google},${rest}`;

    test("Firebase's players sign in with Google and are who they were", async () => {
      await forgetAll();
      const report = await files().import("firebase", playerFile("firebase-users.json"));
      expect(report).toMatchObject({
        applied: true,
        records: 4,
        newPlayers: 2,
        withoutWayIn: 2,
        banned: 1,
        waysIn: { firebase: 2, google: 2 },
        leftOut: { "facebook.com": 1, password: 1, anonymous: 1 },
        renamed: { count: 1, byReason: { reserved: 1 } },
      });
      const session = await signIn(at.server, { sub: "110169484474386276334", email: "new@players.example" });
      expect(session.user).toMatchObject({
        name: "Ann Fryer",
        picture: "https://lh3.example/ann.png",
        created_at: "2025-05-30T23:38:05.000Z",
        providers: ["firebase", "google"],
        guest: false,
      });
      const { body } = await get(at.server, "/api/me", bearer(session));
      expect(body.user.id).toBe(session.user.id);
      // Who was disabled there is banned here, with every way in.
      const { id_token } = await googleTokens(at.server, { sub: "110169484474386276335" });
      const refused = await post(at.server, "/api/login", { id_token });
      expectError(refused, "account_disabled", { reason: "Disabled before the move.", until: null });
      expect(await query("SELECT count(*)::int AS n FROM banned_identities")).toEqual([{ n: 2 }]);
    });

    test("a player whose file has several ways in signs in with each, and has the progress", async () => {
      using world = new DisposableStack();
      const sub = freshGoogle();
      const { ticket, steamid } = await steamTicket(at.server);
      await files().import("csv", csv(world, `${freshName()},${sub},${steamid},,,7,`));
      const google = await signIn(at.server, { sub });
      expect(google.user).toMatchObject({ stars: 7, level: 1, providers: ["google", "steam"] });
      const steam = await post(at.server, "/api/login", { provider: "steam", ticket });
      expect([steam.status, steam.body.user?.id]).toEqual([200, google.user.id]);
    });

    test("a look writes nothing, and says what the import then does", async () => {
      using world = new DisposableStack();
      const name = freshName();
      const lines = Array.from({ length: 40 }, () => lineOf(name));
      const file = csv(world, ...lines, lineOf("x"), lineOf("", freshGoogle()));
      const before = await count();
      const { applied, ...look } = await files().import("csv", file, { apply: false });
      expect([applied, await count()]).toEqual([false, before]);
      const { applied: done, ...report } = await files().import("csv", file);
      expect(done).toBe(true);
      expect(report).toEqual(look);
      expect(report).toMatchObject({
        newPlayers: 42,
        namesInvented: 1,
        renamed: { byReason: { duplicate: 39, too_short: 1 } },
      });
      const names = await query<{ name: string }>("SELECT name FROM users");
      for (const { to } of report.renamed.shown) expect(names).toContainEqual({ name: to });
    });

    test("again, it doubles nobody, changes nobody's progress, and adds the ways in that are new", async () => {
      using world = new DisposableStack();
      const sub = freshGoogle();
      const { steamid } = await steamTicket(at.server);
      const first = csv(world, `${freshName()},${sub},,,,3,`, lineOf(freshName()));
      expect(await files().import("csv", first)).toMatchObject({ newPlayers: 2, alreadyHere: 0 });
      const session = await signIn(at.server, { sub });
      await linkingAt(at.server).earn(session, 2, 0);
      expect(await files().import("csv", first)).toMatchObject({ ...NO_CHANGES, alreadyHere: 2 });
      const second = csv(world, `Other,${sub},${steamid},,,99,`);
      expect(await files().import("csv", second)).toMatchObject({ newPlayers: 0, alreadyHere: 1, linked: 1 });
      const me = await linkingAt(at.server).me(session);
      expect(me).toMatchObject({ stars: 5, name: session.user.name, providers: ["google", "steam"] });
    });

    test("one player on several lines, and in several files, is one player", async () => {
      using world = new DisposableStack();
      const [sub, { steamid }] = [freshGoogle(), await steamTicket(at.server)];
      const one = csv(world, lineOf(freshName(), sub), `Twin,,${steamid},,,,`);
      const other = csv(world, `Both,${sub},${steamid},,,,`);
      const report = await files().import("csv", [one, other], { skipRefused: true });
      expect(report).toMatchObject({ newPlayers: 2, refused: { byReason: { two_players: 1 } } });
      const third = csv(world, lineOf(freshName(), freshGoogle()), lineOf("Again", sub));
      expect(await files().import("csv", [third, third])).toMatchObject({ newPlayers: 1, alreadyHere: 3 });
    });

    test("nothing is written where a line is refused, until that is to be skipped", async () => {
      using world = new DisposableStack();
      const file = csv(
        world,
        lineOf(freshName()),
        `Bad,${freshGoogle()},123,,,,`,
        "Short,1",
        `Boss,${freshGoogle()},,,,,owner`,
      );
      const before = await count();
      const refused = await files().import("csv", file);
      expect(refused).toMatchObject({
        applied: false,
        refused: {
          count: 3,
          shown: [
            { at: "players.csv, line 3", reason: "bad_identity" },
            { at: "players.csv, line 4", reason: "unreadable" },
            { at: "players.csv, line 5", reason: "bad_role" },
          ],
        },
      });
      expect(await count()).toBe(before);
      expect(await files().import("csv", file, { skipRefused: true })).toMatchObject({
        applied: true,
        newPlayers: 1,
        refused: { count: 3 },
      });
      expect(await count()).toBe(before + 1);
    });

    test("a name that a player has, had lately, or that looks like one is not given again", async () => {
      using world = new DisposableStack();
      const here = await signIn(at.server);
      const [old, taken] = [freshName(), freshName()];
      for (const new_username of [old, taken])
        expect((await post(at.server, "/api/update_username", { new_username }, bearer(here))).status).toBe(
          200,
        );
      const file = csv(world, lineOf(taken.toUpperCase()), lineOf(old), lineOf("ann@players.example"));
      const { renamed } = await files().import("csv", file);
      expect(renamed.shown.map(({ from, reason }) => [from, reason])).toEqual([
        [taken.toUpperCase(), "duplicate"],
        [old, "duplicate"],
        ["ann@players.example", "forbidden_character"],
      ]);
      for (const { to } of renamed.shown) expect(to).not.toContain("@");
    });

    test("a way in whose player was banned and left is not let in again", async () => {
      using world = new DisposableStack();
      const sub = freshGoogle();
      const bannedThere = fileOf(
        world,
        "users.json",
        JSON.stringify({
          users: [
            { localId: sub, disabled: true, providerUserInfo: [{ providerId: "google.com", rawId: sub }] },
          ],
        }),
      );
      await files().import("firebase", bannedThere);
      await query(
        "DELETE FROM users WHERE id = (SELECT user_id FROM identities WHERE subject = $1 LIMIT 1)",
        [sub],
      );
      expect(await files().import("csv", csv(world, lineOf(freshName(), sub)))).toMatchObject({
        applied: false,
        refused: { byReason: { banned: 1 } },
      });
    });

    test("players without a way in are left out, or kept for support to find by their old id", async () => {
      await forgetAll();
      const file = playerFile("nakama-users.csv");
      expect(await files().import("nakama", file, { apply: false })).toMatchObject({
        newPlayers: 2,
        withoutWayIn: 1,
      });
      const all = await files().import("nakama", file, { all: true });
      expect(all).toMatchObject({ records: 4, newPlayers: 3, withoutWayIn: 0 });
      const studio = await studioAt(at.server);
      const [found] = (await studio.find("nakama:5d3bf6a3-c3b8-456f-a9fd-7a87a5589c2d")).players;
      expect(found).toMatchObject({ name: "cook_no_7", providers: ["nakama"] });
      // They come back with an account of Google's, tell support who they were, and are that player.
      const sub = freshGoogle();
      const back = await signIn(at.server, { sub });
      await studio.merge(found?.id ?? 0, back.user.id);
      expect((await signIn(at.server, { sub })).user).toMatchObject({ id: found?.id, name: "cook_no_7" });
      expect(await files().import("nakama", file, { all: true })).toMatchObject({
        ...NO_CHANGES,
        alreadyHere: 3,
      });
    });

    test("the old id is no way in: the last one that is stays", async () => {
      await forgetAll();
      await files().import("nakama", playerFile("nakama-users.csv"));
      const session = await signIn(at.server, { sub: "110169484474386276334" });
      expect(session.user.providers).toEqual(["google", "nakama", "steam"]);
      const { unlink } = linkingAt(at.server);
      expect((await unlink(session, "steam")).status).toBe(204);
      expectError(await unlink(session, "google"), "last_identity");
      expect((await unlink(session, "nakama")).status).toBe(204);
    });

    test("PlayFab's players come with their statistics and pictures, those that are none here apart", async () => {
      await forgetAll();
      using world = new DisposableStack();
      const report = await files().import("playfab", playerFile("playfab-segment.tsv"));
      expect(report).toMatchObject({ newPlayers: 3, alreadyHere: 0, banned: 1 });
      const file = fileOf(
        world,
        "players.json",
        JSON.stringify([
          {
            PlayerId: "AB",
            AvatarUrl: "javascript:alert(1)",
            LinkedAccounts: [{ Platform: "GooglePlay", PlatformUserId: freshGoogle() }],
            Statistics: { best_score: 12 },
          },
        ]),
      );
      expect(await files().import("playfab", file)).toMatchObject({ newPlayers: 1, picturesDropped: 1 });
      const [player] = await query(
        `SELECT u.picture, p.stats, p.version FROM users AS u JOIN player_progress AS p ON p.user_id = u.id
         JOIN identities AS i ON i.user_id = u.id WHERE i.provider = 'playfab' AND i.subject = 'AB'`,
      );
      expect(player).toEqual({ picture: null, stats: { best_score: 12 }, version: 1 });
    });

    test("ids are kept where that is asked for, and the next player's is behind them", async () => {
      using world = new DisposableStack();
      const [{ last }] = (await query<{ last: number }>("SELECT max(id) AS last FROM users")) as [
        { last: number },
      ];
      const players = (...ids: number[]) =>
        fileOf(world, "players.json", JSON.stringify(ids.map((id) => ({ id, google: freshGoogle() }))));
      const file = players(last + 100, last + 200, last);
      const report = await files().import("json", file, { keepIds: true, skipRefused: true });
      expect(report).toMatchObject({ newPlayers: 2, refused: { byReason: { id_taken: 1 } } });
      expect(await query("SELECT id FROM users WHERE id > $1 ORDER BY id", [last])).toEqual([
        { id: last + 100 },
        { id: last + 200 },
      ]);
      expect((await signIn(at.server)).user.id).toBeGreaterThan(last + 200);
    });

    test("what was cut off half-way goes on where it was", async () => {
      using world = new DisposableStack();
      const file = csv(world, ...Array.from({ length: 550 }, (_, n) => lineOf(`cut off ${n}`)));
      const before = await count();
      const onProgress = (part: string, records: number) => {
        if (part === "written" && records === 500) throw new Error("cut");
      };
      expect((await rejection(files().import("csv", file, { onProgress }))).message).toContain("cut");
      expect(await count()).toBe(before + 500);
      expect(await files().import("csv", file)).toMatchObject({ newPlayers: 50, alreadyHere: 500 });
      expect(await count()).toBe(before + 550);
    });

    test("two imports of one file at once make nobody twice", async () => {
      // The embedded database belongs to one process, and has one connection.
      if (at.kind === "embedded") return;
      using world = new DisposableStack();
      const file = csv(world, ...Array.from({ length: 300 }, (_, n) => lineOf(`twins ${n}`)));
      const before = await count();
      const reports = await Promise.all([files().import("csv", file), files().import("csv", file)]);
      expect(reports.map(({ newPlayers, alreadyHere }) => newPlayers + alreadyHere)).toEqual([300, 300]);
      expect(reports.reduce((sum, { newPlayers }) => sum + newPlayers, 0)).toBe(300);
      expect(await count()).toBe(before + 300);
    });

    test("is one entry of the audit, and no webhook hears of it", async () => {
      using world = new DisposableStack();
      await query(
        "INSERT INTO webhook_endpoints (id, url, secret_jwe, event_types) VALUES (gen_random_uuid(), 'https://game.example', 'x', '{}')",
      );
      const entries = () =>
        query<{ action: string }>("SELECT * FROM audit_events WHERE user_id IS NULL ORDER BY id");
      const before = await entries();
      await files().import("csv", csv(world, lineOf(freshName()), lineOf(freshName())), { apply: false });
      await files().import("csv", csv(world, lineOf(freshName()), lineOf(freshName())));
      const [entry, ...others] = (await entries()).slice(before.length);
      expect(others).toEqual([]);
      expect(entry).toMatchObject({
        action: "import_players",
        actor_kind: "operator",
        actor_id: "ops",
        after: { from: "csv", new_players: 2, already_here: 0, linked: 0, refused: 0 },
      });
      expect(await query("SELECT type FROM webhook_deliveries")).toEqual([]);
      await query("DELETE FROM webhook_endpoints");
    });

    test("somebody who takes a name in this very moment keeps it, and the import goes on", async () => {
      // The embedded database has one connection, on which nobody comes in between.
      if (at.kind === "embedded") return;
      using world = new DisposableStack();
      const name = freshName();
      const { database, config } = at.server;
      const plain = playerFilesAt(database, config);
      let asked = 0;
      const storesOn: typeof plain.storesOn = (statements) => {
        const stores = plain.storesOn(statements);
        const namesTaken = async (names: Parameters<typeof stores.users.namesTaken>[0]) => {
          const taken = await stores.users.namesTaken(names);
          // The first time is that of the look.
          if (++asked === 2) {
            const session = await signIn(at.server, { given_name: name });
            expect(session.user.name).toBe(name);
          }
          return taken;
        };
        return { ...stores, users: { ...stores.users, namesTaken } };
      };
      const report = await playerFilesAt(database, config, { storesOn }).import(
        "csv",
        csv(world, lineOf(name)),
      );
      expect(report).toMatchObject({ newPlayers: 1, renamed: { byReason: { duplicate: 1 } } });
    });
  },
  { adjust: withSteam() },
);
