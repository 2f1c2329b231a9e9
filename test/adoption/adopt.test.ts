import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { adopt } from "../../src/adoption/adopt";
import { loadConfig } from "../../src/config/config";
import { oldDatabaseOf, oldPlayer, oldToken } from "../support/old-server";
import { postgresAvailable } from "../support/postgres";
import { rejection } from "../support/rejection";
import { bearer, get, post } from "../support/requests";
import { googleOf, serverFolder, spawnServer } from "../support/spawned-server";
import { emptyDatabaseOf, type TestDatabase } from "../support/test-database";

const { security } = loadConfig({ cwd: "/nonexistent", env: {} });
const run = ({ config }: TestDatabase, apply = true, timeZone: string | null = "Europe/Berlin") =>
  adopt(config, security, { apply, timeZone });

describe.skipIf(!postgresAvailable())("The Python server's database", () => {
  test("becomes ours with every id, and players, posts and progress as they were", async () => {
    await using world = new AsyncDisposableStack();
    const database = await oldDatabaseOf(world);
    const { pool } = database;
    const ann = await oldPlayer(pool, {
      name: "Ann",
      stars: 12,
      picture: "https://pictures.example/ann.png",
    });
    const gone = await oldPlayer(pool);
    const bob = await oldPlayer(pool, { name: "Bob", stars: null, last_login: null });
    await pool.query("DELETE FROM users WHERE id = $1", [gone.id]);
    await pool.query("INSERT INTO blog_posts (author_id, title, content) VALUES ($1, 'Soup', '…')", [ann.id]);
    await pool.query("INSERT INTO comments (author_id, blog_post_id, content) VALUES ($1, 1, 'Good.')", [
      bob.id,
    ]);

    const report = await run(database);

    expect(report).toMatchObject({
      players: 2,
      sessions: 2,
      endedTokens: 0,
      renamed: [],
      unknownColumns: [],
    });
    expect(report.references).toEqual([
      "blog_posts (blog_posts_author_id_fkey)",
      "comments (comments_author_id_fkey)",
    ]);
    const { rows } = await pool.query(
      "SELECT id, name, stars, level, picture, created_at, email_verified FROM users ORDER BY id",
    );
    const created_at = new Date("2026-07-01T06:00:00Z");
    expect(rows).toEqual([
      {
        id: ann.id,
        name: "Ann",
        stars: 12,
        level: 1,
        picture: "https://pictures.example/ann.png",
        created_at,
        email_verified: false,
      },
      { id: bob.id, name: "Bob", stars: 0, level: 1, picture: null, created_at, email_verified: false },
    ]);
    const identities = await pool.query("SELECT provider, subject, user_id FROM identities ORDER BY user_id");
    expect(identities.rows).toEqual([
      { provider: "google", subject: ann.google_id, user_id: ann.id },
      { provider: "google", subject: bob.google_id, user_id: bob.id },
    ]);
    expect((await rejection(pool.query("DELETE FROM users WHERE id = $1", [ann.id]))).message).toContain(
      "blog_posts_author_id_fkey",
    );
    expect(
      (await pool.query("SELECT p.title, u.name FROM blog_posts AS p JOIN users AS u ON u.id = p.author_id"))
        .rows,
    ).toEqual([{ title: "Soup", name: "Ann" }]);
    const next = await pool.query(
      "INSERT INTO users (name, name_folded, name_skeleton) VALUES ('x', 'x', 'x') RETURNING id",
    );
    expect(next.rows[0].id).toBeGreaterThan(bob.id);
    expect((await pool.query("SELECT FROM pg_namespace WHERE nspname = 'before_adoption'")).rowCount).toBe(0);
  }, 60_000);

  test("keeps everybody signed in: the old refresh token serves once, with the lost answer as ever", async () => {
    await using world = new AsyncDisposableStack();
    const google = googleOf(world);
    const database = await oldDatabaseOf(world);
    const ann = await oldPlayer(database.pool, { name: "Ann" });
    const bob = await oldPlayer(database.pool, { name: "Bob" });
    const revoked = oldToken();
    const expired = oldToken();
    await database.pool.query(
      `INSERT INTO refresh_tokens (user_id, token, expires_at, revoked_at) VALUES
         ($1, $2, now() + interval '9 days', now()), ($1, $3, (now() AT TIME ZONE 'UTC') - interval '1 minute', NULL)`,
      [ann.id, revoked, expired],
    );
    expect(await run(database)).toMatchObject({ sessions: 2, endedTokens: 2 });

    const server = await spawnServer({
      folder: serverFolder(world),
      env: { ...google.env, ...database.env() },
    });
    world.defer(() => server.kill());
    const refresh = (refresh_token: string) => post(server, "/api/refresh", { refresh_token });

    const first = await refresh(ann.token);
    expect([first.status, first.body.user?.id, first.body.user?.name]).toEqual([200, ann.id, "Ann"]);
    expect((await get(server, "/api/me", bearer(first.body))).status).toBe(200);
    const again = await refresh(ann.token);
    expect([again.status, again.body.refresh_token]).toEqual([200, first.body.refresh_token]);
    const second = await refresh(first.body.refresh_token);
    expect(second.status).toBe(200);
    // Two generations behind: a copy of the old token is a replay, and ends the session.
    expect((await refresh(ann.token)).body.code).toBe("invalid_grant");
    expect((await refresh(second.body.refresh_token)).body.code).toBe("invalid_grant");

    for (const dead of [revoked, expired, oldToken()])
      expect((await refresh(dead)).body.code).toBe("invalid_grant");
    expect((await post(server, "/api/logout", { refresh_token: bob.token })).status).toBe(200);
    expect((await refresh(bob.token)).body.code).toBe("invalid_grant");
    // No token of the old server can be read in the database any more.
    const { rows } = await database.pool.query("SELECT token_hash::text AS hash FROM adopted_tokens");
    expect(JSON.stringify(rows)).not.toContain(ann.token);
  }, 60_000);

  test("names that break the rules or that several have become others, the first keeps theirs, and the report says so", async () => {
    await using world = new AsyncDisposableStack();
    const database = await oldDatabaseOf(world);
    const names = [
      "Chef",
      "chef",
      "СHEF",
      "x",
      "",
      "  Ann  ",
      "admin",
      "ann@players.example",
      "a".repeat(40),
      "🍕🍕🍕",
      "Jo\u202ehn",
    ];
    const players = [];
    for (const name of names) players.push({ name, ...(await oldPlayer(database.pool, { name })) });
    const { renamed } = await run(database);
    const reasons = Object.fromEntries(renamed.map(({ from, reason }) => [from, reason]));
    expect(reasons).toEqual({
      chef: "duplicate",
      СHEF: "mixed_scripts",
      x: "too_short",
      "": "too_short",
      admin: "reserved",
      "ann@players.example": "forbidden_character",
      [names[8] as string]: "too_long",
      "🍕🍕🍕": "forbidden_character",
      "Jo\u202ehn": "forbidden_character",
    });
    const { rows } = await database.pool.query<{ id: number; name: string }>(
      "SELECT id, name FROM users ORDER BY id",
    );
    expect(rows.map(({ id }) => id)).toEqual(players.map(({ id }) => id));
    expect(rows[0]?.name).toBe("Chef");
    expect(rows[5]?.name).toBe("Ann");
    expect(rows[8]?.name).toBe("a".repeat(20));
    expect(new Set(rows.map(({ name }) => name.toLowerCase())).size).toBe(names.length);
    for (const { name } of rows) expect(name).not.toContain("@");
  }, 60_000);

  test("is as it was after a dry run, which reports the same", async () => {
    await using world = new AsyncDisposableStack();
    const database = await oldDatabaseOf(world);
    const { token } = await oldPlayer(database.pool, { name: "x" });
    const before = await database.pool.query("SELECT * FROM users");
    const report = await run(database, false);
    expect(report).toMatchObject({ players: 1, sessions: 1, renamed: [{ from: "x", reason: "too_short" }] });
    expect((await database.pool.query("SELECT * FROM users")).rows).toEqual(before.rows);
    expect((await database.pool.query("SELECT token FROM refresh_tokens")).rows).toEqual([{ token }]);
    expect((await database.pool.query("SELECT to_regclass('identities') AS made")).rows).toEqual([
      { made: null },
    ]);
    expect(await run(database, true)).toMatchObject({ players: 1, sessions: 1 });
  }, 60_000);

  test("keeps what somebody added: columns in a schema of their own, and nothing where a view depends on the tables", async () => {
    await using world = new AsyncDisposableStack();
    const database = await oldDatabaseOf(world);
    const { id, token } = await oldPlayer(database.pool);
    await database.pool.query(
      "ALTER TABLE users ADD COLUMN favourite text DEFAULT 'soup'; CREATE VIEW stars AS SELECT stars FROM users",
    );
    expect((await run(database)).unknownColumns).toEqual(["users.favourite"]);
    expect((await database.pool.query("SELECT id, favourite FROM before_adoption.users")).rows).toEqual([
      { id, favourite: "soup" },
    ]);
    const kept = await database.pool.query("SELECT * FROM before_adoption.refresh_tokens");
    expect(JSON.stringify(kept.rows)).not.toContain(token);

    const other = await oldDatabaseOf(world);
    await oldPlayer(other.pool);
    await other.pool.query("CREATE VIEW stars AS SELECT stars FROM users");
    expect((await rejection(run(other))).message).toContain(
      "Something depends on the old tables: view stars",
    );
    expect((await other.pool.query("SELECT count(*)::int AS count FROM stars")).rows).toEqual([{ count: 1 }]);
  }, 60_000);

  test("with 100,000 players is ours in one go, and each of them is signed in", async () => {
    await using world = new AsyncDisposableStack();
    const google = googleOf(world);
    const database = await oldDatabaseOf(world);
    // Of ten players one is called like a hundred others, one like half of an email, one with what no name has.
    await database.pool.query(
      `INSERT INTO users (google_id, email, name, stars, last_login)
       SELECT 'g' || n, n || '@players.example',
         CASE n % 10 WHEN 0 THEN 'Chef ' || n % 1000 WHEN 1 THEN 'first.last.' || n || '.of.somewhere' WHEN 2 THEN '<b>' || n
           ELSE 'player' || n END,
         n % 50, now() - n * interval '1 minute'
       FROM generate_series(1, 100000) AS n`,
    );
    await database.pool.query(
      `INSERT INTO refresh_tokens (user_id, token, expires_at)
       SELECT id, rtrim(translate(encode(sha512(id::text::bytea), 'base64'), E'+/\n', '-_'), '='),
         (now() AT TIME ZONE 'UTC') + interval '10 days'
       FROM users`,
    );
    const report = await run(database);
    expect(report).toMatchObject({ players: 100_000, sessions: 100_000, endedTokens: 0 });
    // 100 names are had by 100 players each; of each the first keeps it.
    const reasons = Object.groupBy(report.renamed, ({ reason }) => reason);
    expect(reasons.duplicate).toHaveLength(9_900);
    expect(reasons.forbidden_character).toHaveLength(10_000);
    expect(reasons.too_long).toHaveLength(10_000);

    const server = await spawnServer({
      folder: serverFolder(world),
      env: { ...google.env, ...database.env() },
    });
    world.defer(() => server.kill());
    for (const id of [1, 2, 10, 1_010, 49_999, 77_777, 100_000]) {
      const refresh_token = createHash("sha512").update(String(id)).digest("base64url");
      const { status, body } = await post(server, "/api/refresh", { refresh_token });
      expect([id, status, body.user?.id]).toEqual([id, 200, id]);
    }
  }, 180_000);

  test("is refused when it is another's, ours already, in use, or in a zone that there is none of", async () => {
    await using world = new AsyncDisposableStack();
    const empty = await emptyDatabaseOf(world);
    expect((await rejection(run(empty))).message).toContain(
      "This is no database of the server before: users has no id, google_id",
    );
    const database = await oldDatabaseOf(world);
    await oldPlayer(database.pool);
    expect((await rejection(run(database, true, "Mars/Olympus"))).message).toContain(
      'time zone "Mars/Olympus" not recognized',
    );
    await run(database);
    expect((await rejection(run(database))).message).toContain("This database is this server's already");
  }, 60_000);
});
