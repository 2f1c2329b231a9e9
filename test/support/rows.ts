import type { Database } from "../../src/db/database";

const TABLES = {
  users: "SELECT * FROM users WHERE id = ANY($1) ORDER BY id",
  identities: "SELECT * FROM identities WHERE user_id = ANY($1) ORDER BY provider, subject",
  sessions: "SELECT * FROM refresh_tokens WHERE user_id = ANY($1) ORDER BY id",
  // A version never comes back.
  stats:
    "SELECT user_id, stats FROM player_progress WHERE user_id = ANY($1) AND stats <> '{}' ORDER BY user_id",
  looks: "SELECT * FROM name_looks WHERE user_id = ANY($1) ORDER BY look",
  bans: "SELECT * FROM banned_identities WHERE user_id = ANY($1) ORDER BY hash",
  notes: "SELECT * FROM player_notes WHERE user_id = ANY($1) ORDER BY id",
  consents: "SELECT * FROM consents WHERE user_id = ANY($1) ORDER BY user_id, client_id",
};

/** Every row that these players have, but for the book of changes itself, to be compared before and after. */
export async function rowsOf({ pool }: Database, ...userIds: number[]): Promise<Record<string, object[]>> {
  const entries = Object.entries(TABLES).map(
    async ([name, text]) => [name, (await pool.query(text, [userIds])).rows] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}
