import type { Pool } from "pg";

/** The session that an access token belongs to. */
export function sessionIdOf({ access_token }: { access_token: string }): string {
  return JSON.parse(Buffer.from(access_token.split(".")[1] ?? "", "base64url").toString()).sid;
}

export async function sessionRow(pool: Pool, sessionId: string) {
  const { rows } = await pool.query("SELECT generation, revoked_at FROM refresh_tokens WHERE id = $1", [
    sessionId,
  ]);
  return rows[0] as { generation: number; revoked_at: Date | null };
}

/** Lets time pass for one session, as its row sees it. */
export async function letTimePass(pool: Pool, sessionId: string, seconds: number): Promise<void> {
  await pool.query(
    `UPDATE refresh_tokens SET rotated_at = rotated_at - make_interval(secs => $2),
      created_at = created_at - make_interval(secs => $2) WHERE id = $1`,
    [sessionId, seconds],
  );
}
