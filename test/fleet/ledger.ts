import type pg from "pg";

/** What the server has acknowledged to one player. */
export type Account = {
  userId: number;
  sessionId: string;
  /** The name that was acknowledged last; those asked for since, which may have been taken or not. */
  name: string;
  openNames: string[];
  renames: number;
  stars: number;
  /** Stars that were reported without an answer in the end. */
  openStars: number;
  rotations: number;
};

/** The same as the database has it. */
export type Row = {
  session_id: string;
  name: string;
  stars: number;
  generation: number;
  revoked: boolean;
  renames: number;
};

export type Verdict = { kept: number; lost: string[] };

const ROWS = `
  SELECT s.id AS session_id, u.name, u.stars, s.generation, s.revoked_at IS NOT NULL AS revoked,
    (SELECT count(*)::int FROM audit_events AS a WHERE a.user_id = u.id AND a.action = 'rename') AS renames
  FROM refresh_tokens AS s JOIN users AS u ON u.id = s.user_id`;

/** Every account as it is now, by its session. */
export async function readRows(client: pg.Client): Promise<Map<string, Row>> {
  const { rows } = await client.query<Row>(ROWS);
  return new Map(rows.map((row) => [row.session_id, row]));
}

/**
 * Holds the database to what was acknowledged. Each write counts: renames by the audit, progress by its sum, rotations
 * by the session's generation.
 */
export function compare(accounts: Iterable<Account>, rows: Map<string, Row>): Verdict {
  const verdict: Verdict = { kept: 0, lost: [] };
  for (const account of accounts) {
    const row = rows.get(account.sessionId);
    const acknowledged = 1 + account.renames + account.stars + account.rotations;
    const lost = row ? losses(account, row) : Array(acknowledged).fill("the sign-in and all after it");
    verdict.kept += acknowledged - lost.length;
    verdict.lost.push(...lost.map((what) => `player ${account.userId}: ${what}`));
  }
  return verdict;
}

function losses(account: Account, row: Row): string[] {
  const { name, openNames, renames, stars, openStars, rotations } = account;
  const missing = (what: string, count: number) => Array<string>(Math.max(0, count)).fill(what);
  return [
    ...missing("the session was revoked", row.revoked ? 1 : 0),
    ...missing("a rename", renames - row.renames),
    ...missing("the last name", [name, ...openNames].includes(row.name) ? 0 : 1),
    ...missing("a star", stars - row.stars),
    ...missing("a star too many", row.stars - stars - openStars),
    ...missing("a rotation", rotations - row.generation),
  ];
}
