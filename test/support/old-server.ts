import type pg from "pg";
import { emptyDatabaseOf, type TestDatabase } from "./test-database";

/** The tables of the Python server, with the blog that its website had beside them. */
const TABLES = `
  CREATE TABLE users (
    id serial PRIMARY KEY, google_id text NOT NULL UNIQUE, email text NOT NULL UNIQUE, name text NOT NULL, picture text,
    stars integer DEFAULT 0, level integer DEFAULT 1, created_at timestamp DEFAULT current_timestamp, last_login timestamp
  );
  CREATE TABLE refresh_tokens (
    id serial PRIMARY KEY, user_id integer REFERENCES users (id) ON DELETE CASCADE, token text NOT NULL UNIQUE,
    created_at timestamp DEFAULT current_timestamp, expires_at timestamp NOT NULL, revoked_at timestamp, issuer_ip text
  );
  CREATE INDEX idx_refresh_tokens_token ON refresh_tokens (token);
  CREATE TABLE blog_posts (
    id serial PRIMARY KEY, author_id integer NOT NULL REFERENCES users (id), title varchar NOT NULL, content text NOT NULL
  );
  CREATE TABLE comments (
    id serial PRIMARY KEY, author_id integer NOT NULL REFERENCES users (id), content text NOT NULL,
    blog_post_id integer NOT NULL REFERENCES blog_posts (id)
  );`;

/** A database as the Python server set it up, without players. */
export async function oldDatabaseOf(world: AsyncDisposableStack): Promise<TestDatabase> {
  const database = await emptyDatabaseOf(world);
  await database.pool.query(TABLES);
  return database;
}

/** A refresh token as Python's `secrets.token_urlsafe(64)` makes it. */
export function oldToken(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(64))).toString("base64url");
}

type OldPlayer = {
  name?: string;
  picture?: string | null;
  stars?: number | null;
  last_login?: string | null;
};

let count = 0;

/** Adds a player. @returns the id, the account at Google, and the living refresh token */
export async function oldPlayer(pool: pg.Pool, player: OldPlayer = {}) {
  const google_id = `1${String(count++).padStart(20, "0")}`;
  const token = oldToken();
  const { name = `player ${count}`, picture = null, stars = 3, last_login = "2026-11-20 12:00:00" } = player;
  const { rows } = await pool.query<{ id: number }>(
    `INSERT INTO users (google_id, email, name, picture, stars, created_at, last_login)
     VALUES ($1, $1 || '@players.example', $2, $3, $4, '2026-07-01 08:00:00', $5) RETURNING id`,
    [google_id, name, picture, stars, last_login],
  );
  const id = rows[0]?.id ?? 0;
  await pool.query(
    `INSERT INTO refresh_tokens (user_id, token, expires_at, issuer_ip)
     VALUES ($1, $2, (now() AT TIME ZONE 'UTC') + interval '20 days', '192.0.2.7')`,
    [id, token],
  );
  return { id, google_id, token };
}
