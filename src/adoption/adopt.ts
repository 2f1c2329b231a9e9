import pg from "pg";
import type { Config } from "../config/config";
import { DatabaseStartError } from "../db/errors";
import { applyMigrations } from "../db/migrations";
import { migrationPool, type PostgresConfig } from "../db/postgres";
import { requireUtf8 } from "../db/prerequisites";
import { randomUuidv7 } from "../uuidv7";
import { type AdoptedName, createNaming, type RenameReason } from "./names";
import { inspect, type OldDatabase, type Reference } from "./old-database";
import { keptPicture } from "./pictures";

/** Where the old tables lie until everything is copied. No name of a schema that somebody has. */
const ASIDE = "before_adoption";
const BATCH = 1_000;

export type Renamed = { id: number; from: string; to: string; reason: RenameReason };

/** What an adoption did, or would do. */
export type AdoptionReport = {
  players: number;
  /** Devices that stay signed in. */
  sessions: number;
  /** Refresh tokens that had ended before. */
  endedTokens: number;
  renamed: Renamed[];
  /** Ids of players whose picture was no picture here. */
  picturesDropped: number[];
  /** Tables of the game's own that point at players. */
  references: string[];
  /** Columns that nothing here knows. They stay in the schema `before_adoption`. */
  unknownColumns: string[];
  /** The time zone that times without one were taken to be in. */
  timeZone: string;
};

/** How long it waits for a table that somebody uses, in PostgreSQL's words. */
const LOCK_TIMEOUT = "'10s'";

export type AdoptionOptions = {
  /** Does it; else everything is done and taken back. */
  apply: boolean;
  /** Of `created_at` and `last_login`, which have none: an IANA name. Null: the database's own. */
  timeZone: string | null;
  random?: () => number;
};

/**
 * Makes the database of the Python server that was before this one ours, in one transaction: all of it, or nothing. Ids stay,
 * other tables go on pointing at the same players, and who was signed in stays so: a token of the old server is the first
 * token of its session here.
 * @throws {DatabaseStartError} when the database is not of that server
 */
export async function adopt(
  database: PostgresConfig,
  { refreshTokenExpirySeconds }: Pick<Config["security"], "refreshTokenExpirySeconds">,
  { apply, timeZone, random = Math.random }: AdoptionOptions,
): Promise<AdoptionReport> {
  const pool = migrationPool(database);
  const client = await pool.connect();
  try {
    await requireUtf8(within(pool, client));
    await client.query(`BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = ${LOCK_TIMEOUT}`);
    const old = await inspect(client);
    await client.query("LOCK TABLE users, refresh_tokens IN ACCESS EXCLUSIVE MODE");
    const zone =
      timeZone ?? (await one<{ zone: string }>(client, "SELECT current_setting('TimeZone') AS zone")).zone;
    const schema = await setAside(client, old);
    await applyMigrations(within(pool, client));
    // Migrations wait for less. Of tables that were empty a moment ago the planner knows nothing, and triggers would read them
    // whole for each row.
    await client.query(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT}; SET LOCAL enable_seqscan = off`);
    const named = await copyPlayers(client, zone, random);
    const sessions = await copySessions(client, refreshTokenExpirySeconds);
    await pointAtPlayers(client, old.references);
    await putBack(client, old, schema);
    const report = { ...named, ...sessions, ...summaryOf(old), timeZone: zone };
    await client.query(apply ? "COMMIT" : "ROLLBACK");
    return report;
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {});
    throw explained(error);
  } finally {
    client.release();
    await pool.end();
  }
}

/** What is in the way, in one sentence. */
function explained(error: unknown): unknown {
  const { code, detail, message } = error as { code?: string; detail?: string; message: string };
  switch (code) {
    case "55P03":
      return new DatabaseStartError("Somebody uses the old tables; stop the old server first.", {
        cause: error,
      });
    case "2BP01":
      return new DatabaseStartError(`Something depends on the old tables: ${detail ?? message}`, {
        cause: error,
      });
    case "42501":
      return new DatabaseStartError(`The role may not do this: ${message}; run it as the database's owner.`, {
        cause: error,
      });
    case "22023":
      return new DatabaseStartError(`${message}.`, { cause: error });
    default:
      return error;
  }
}

/** A pool that is one connection, in the transaction that it is in. */
function within(pool: pg.Pool, client: pg.PoolClient): pg.Pool {
  const query = (...statement: Parameters<pg.Pool["query"]>) => client.query(...statement);
  return Object.create(pool, { query: { value: query } }) as pg.Pool;
}

/** Prisma's engine makes its tables in an empty schema only, so all that is there waits in another. */
async function setAside(client: pg.PoolClient, { tables }: OldDatabase): Promise<string> {
  const { name } = await one<{ name: string }>(client, "SELECT quote_ident(current_schema()) AS name");
  await client.query(`CREATE SCHEMA ${ASIDE}`);
  for (const table of tables)
    await client.query(`ALTER TABLE ${pg.escapeIdentifier(table)} SET SCHEMA ${ASIDE}`);
  return name;
}

async function putBack(
  client: pg.PoolClient,
  { tables, unknownColumns }: OldDatabase,
  schema: string,
): Promise<void> {
  for (const table of tables.filter((name) => name !== "users" && name !== "refresh_tokens"))
    await client.query(`ALTER TABLE ${ASIDE}.${pg.escapeIdentifier(table)} SET SCHEMA ${schema}`);
  if (unknownColumns.length === 0) {
    await client.query(`DROP TABLE ${ASIDE}.refresh_tokens, ${ASIDE}.users; DROP SCHEMA ${ASIDE}`);
  } else {
    // Who reads it could use it.
    await client.query(`ALTER TABLE ${ASIDE}.refresh_tokens DROP COLUMN token`);
  }
}

const OLD_PLAYERS = `
  SELECT id, name, picture FROM ${ASIDE}.users WHERE id > $1 ORDER BY id LIMIT ${BATCH}`;

/**
 * As a release before would, with `google_id`, so that no trigger has to look for the players without; `$1`–`$6` are arrays of the same length: id, the name with its keys and looks, and the picture.
 */
const COPY_PLAYERS = `
  WITH given AS (
    SELECT * FROM unnest($1::int[], $2::text[], $3::text[], $4::text[], $5::jsonb[], $6::text[])
      AS given(id, name, folded, skeleton, looks, picture)
  ), u AS (
    INSERT INTO users (id, google_id, email, name, name_folded, name_skeleton, picture, stars, level, created_at, last_login)
    SELECT o.id, o.google_id, nullif(o.email, ''), given.name, given.folded, given.skeleton, given.picture, coalesce(o.stars, 0),
      coalesce(o.level, 1), coalesce(o.created_at AT TIME ZONE $7, now()),
      coalesce(o.last_login AT TIME ZONE $7, o.created_at AT TIME ZONE $7, now())
    FROM given JOIN ${ASIDE}.users AS o USING (id)
  ), looked AS (
    INSERT INTO name_looks (look, user_id, name_folded)
    SELECT DISTINCT look, given.id, given.folded FROM given, jsonb_array_elements_text(given.looks) AS look
  )
  INSERT INTO identities (provider, subject, user_id, email, email_verified, linked_at, last_used_at)
  SELECT 'google', o.google_id, o.id, nullif(o.email, ''), false, coalesce(o.created_at AT TIME ZONE $7, now()),
    coalesce(o.last_login AT TIME ZONE $7, o.created_at AT TIME ZONE $7, now())
  FROM given JOIN ${ASIDE}.users AS o USING (id)
  ON CONFLICT DO NOTHING`;

const NEXT_ID = `
  SELECT setval(pg_get_serial_sequence('users', 'id'),
    greatest((SELECT coalesce(max(id), 1) FROM users), coalesce(pg_sequence_last_value(pg_get_serial_sequence('${ASIDE}.users', 'id')::regclass), 1)))`;

type OldPlayer = { id: number; name: string; picture: string | null };

async function copyPlayers(client: pg.PoolClient, zone: string, random: () => number) {
  const naming = createNaming(random);
  const renamed: Renamed[] = [];
  const picturesDropped: number[] = [];
  let players = 0;
  for (let last = -(2 ** 31); ; ) {
    const { rows } = await client.query<OldPlayer>(OLD_PLAYERS, [last]);
    if (rows.length === 0) break;
    const adopted = rows.map((row) => ({ ...row, ...naming(row.name), kept: keptPicture(row.picture) }));
    for (const { id, name, username, reason, picture, kept } of adopted) {
      if (reason) renamed.push({ id, from: name, to: username.name, reason });
      if (kept !== picture) picturesDropped.push(id);
    }
    await client.query(COPY_PLAYERS, [...columnsOf(adopted), zone]);
    players += rows.length;
    last = rows.at(-1)?.id ?? 0;
  }
  await client.query(NEXT_ID);
  return { players, renamed, picturesDropped };
}

function columnsOf(players: ({ id: number; kept: string | null } & AdoptedName)[]) {
  return [
    players.map(({ id }) => id),
    players.map(({ username }) => username.name),
    players.map(({ username }) => username.folded),
    players.map(({ username }) => username.skeleton),
    players.map(({ username }) => JSON.stringify([...new Set(username.looks)])),
    players.map(({ kept }) => kept),
  ];
}

/** The old server wrote the end of a token in UTC. It ends then here as well, unless its player comes before. */
const COPY_SESSIONS = `
  WITH alive AS (
    SELECT t.*, t.expires_at AT TIME ZONE 'UTC' AS ends_at, now() AS now,
      ($2::text[])[row_number() OVER (ORDER BY t.id)]::uuid AS session_id
    FROM ${ASIDE}.refresh_tokens AS t
    WHERE t.user_id IS NOT NULL AND t.revoked_at IS NULL AND t.expires_at AT TIME ZONE 'UTC' > now()
  ), opened AS (
    INSERT INTO refresh_tokens (id, user_id, ip, created_at, rotated_at)
    SELECT session_id, user_id, issuer_ip, least(now, ends_at - make_interval(secs => $1::float8)),
      least(now, ends_at - make_interval(secs => $1::float8))
    FROM alive
  )
  INSERT INTO adopted_tokens (token_hash, session_id, expires_at)
  SELECT sha256(convert_to(token, 'UTF8')), session_id, ends_at FROM alive`;

const COUNT_TOKENS = `
  SELECT count(*)::int AS all, count(*) FILTER (
    WHERE user_id IS NOT NULL AND revoked_at IS NULL AND expires_at AT TIME ZONE 'UTC' > now())::int AS alive
  FROM ${ASIDE}.refresh_tokens`;

async function copySessions(client: pg.PoolClient, idleSeconds: number) {
  const { all, alive } = await one<{ all: number; alive: number }>(client, COUNT_TOKENS);
  const ids = Array.from({ length: alive }, () => randomUuidv7(Date.now()));
  await client.query(COPY_SESSIONS, [idleSeconds, ids]);
  return { sessions: alive, endedTokens: all - alive };
}

/** Other tables point at the players who are there now, as they did before. */
async function pointAtPlayers(client: pg.PoolClient, references: Reference[]): Promise<void> {
  for (const { schema, table, constraint, definition } of references) {
    const child = `${schema ?? ASIDE}.${pg.escapeIdentifier(table)}`;
    const name = pg.escapeIdentifier(constraint);
    await client.query(`ALTER TABLE ${child} DROP CONSTRAINT ${name}`);
    await client.query(
      `ALTER TABLE ${child} ADD CONSTRAINT ${name} ${definition.replace(/REFERENCES \S+?\(/, "REFERENCES users(")}`,
    );
  }
}

function summaryOf({ references, unknownColumns }: OldDatabase) {
  return {
    references: references.map(({ table, constraint }) => `${table} (${constraint})`),
    unknownColumns,
  };
}

async function one<Row extends pg.QueryResultRow>(client: pg.PoolClient, text: string): Promise<Row> {
  const { rows } = await client.query<Row>(text);
  return rows[0] as Row;
}
