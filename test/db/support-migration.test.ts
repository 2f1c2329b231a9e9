import { describe, expect, setDefaultTimeout, test } from "bun:test";
import type pg from "pg";
import { createDatabase } from "../../src/db/database";
import { openInMemory } from "../../src/db/embedded";
import { applyMigrations, migrationState } from "../../src/db/migrations";
import { migrationPool } from "../../src/db/postgres";
import { loadKeyRing } from "../../src/session/keys";
import { createRefreshKeyRing } from "../../src/session/refresh-keys";
import { createRefreshTokens } from "../../src/session/refresh-token";
import { migrateUpTo } from "../support/migrate-up-to";
import { refresh, signIn } from "../support/players";
import { postgresAvailable, testPostgres } from "../support/postgres";
import { expectError } from "../support/requests";
import { startTestServer } from "../support/server";
import { studioAt } from "../support/studio";

setDefaultTimeout(120_000);

const LAST_BEFORE = "20261201090000_audit";
const PLAYERS = 20_000;

const idOf = (n: number) => `01900000-0000-7000-8000-${n.toString(16).padStart(12, "0")}`;

/** Players that are signed in; the first of them was banned by hand, as it was done then. */
async function fill(pool: pg.Pool): Promise<void> {
  await pool.query(
    `INSERT INTO users (id, email, name, name_folded, name_skeleton, banned_at)
     SELECT 1000000 + n, n || '@players.example', 'Old' || n, 'old' || translate(n::text, '10', 'lo'), 'old' || translate(n::text, '10', 'lo'), CASE WHEN n = 0 THEN now() END
     FROM generate_series(0, $1::int - 1) AS n`,
    [PLAYERS],
  );
  await pool.query(
    `INSERT INTO identities (provider, subject, user_id, email)
     SELECT 'google', 'sub-' || n, 1000000 + n, n || '@players.example' FROM generate_series(0, $1::int - 1) AS n`,
    [PLAYERS],
  );
  await pool.query(
    `INSERT INTO refresh_tokens (id, user_id)
     SELECT ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 1000000 + n
     FROM generate_series(0, $1::int - 1) AS n`,
    [PLAYERS],
  );
  await pool.query(
    "INSERT INTO account_changes (id, user_id, kind, details) VALUES ($1, 1000001, 'link', $2)",
    [idOf(1), JSON.stringify({ provider: "google", subject: "sub-1" })],
  );
}

function suite(
  open: () => Promise<{ pool: pg.Pool; kind: "embedded" | "postgres"; close(): Promise<void> }>,
) {
  test("is migrated in seconds; who was banned stays so for good, everybody else plays on and is a player", async () => {
    const { pool, kind, close } = await open();
    await migrateUpTo(pool, LAST_BEFORE);
    await fill(pool);
    const started = performance.now();
    await applyMigrations(pool);
    expect(performance.now() - started).toBeLessThan(20_000);
    expect(await migrationState(pool)).toEqual({ pending: [], failed: [], unknown: [] });

    const database = createDatabase(pool, kind, "public", close);
    const server = await startTestServer({ database });
    const { security, dataDir } = server.config;
    const ring = createRefreshKeyRing(security.refreshTokens, await loadKeyRing(security, dataDir));
    const token = (n: number) => createRefreshTokens(ring).issue({ sessionId: idOf(n), generation: 0 });
    expectError(await refresh(server, token(0)), "invalid_grant");
    for (const n of [1, 7, PLAYERS - 1]) {
      const { status, body } = await refresh(server, token(n));
      expect([status, body.user.id, body.user.roles]).toEqual([200, 1_000_000 + n, ["player"]]);
    }
    const studio = await studioAt(server);
    expect((await studio.describe(1_000_000)).player.ban).toMatchObject({ reason: null, until: null });
    expect((await studio.describe(1_000_001)).changes).toMatchObject([{ id: idOf(1), kind: "link" }]);
    expect((await studio.find("9@players.example")).players.map(({ id }) => id)).toEqual([1_000_009]);
    expect((await studio.find("old1999")).players).toHaveLength(11);
    await studio.unban(1_000_000);
    expect((await refresh(server, token(0))).status).toBe(200);
    expect((await signIn(server)).user.roles).toEqual(["player"]);
    await server.stop();
    await database.close();
  });
}

describe("an embedded database from before support", () => {
  suite(async () => ({ ...(await openInMemory()), kind: "embedded" }));
});

describe.skipIf(!postgresAvailable())("a PostgreSQL database from before support", () => {
  suite(async () => {
    const pool = migrationPool(await (await testPostgres()).createEmptyDatabase());
    return { pool, kind: "postgres", close: () => pool.end() };
  });
});
