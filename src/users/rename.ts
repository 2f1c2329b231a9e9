import type { Pool } from "pg";
import { uniqueViolation } from "../db/errors";
import { ApiError } from "../errors";
import type { UserRow } from "../session/store";
import { parseUsername } from "./username";

export const RENAME = `
  UPDATE users AS u SET name = $2, name_folded = $3, name_skeleton = $4 WHERE u.id = $1
  RETURNING u.id, u.name, u.email, u.picture, u.stars, u.level, u.created_at, u.last_login`;

/**
 * Gives a player a new name. The unique index decides between parallel claims.
 * @throws {ApiError} username_invalid with `reason`, username_taken
 */
export async function rename(pool: Pool, userId: number, wanted: string): Promise<UserRow> {
  const parsed = parseUsername(wanted);
  if (!parsed.ok) {
    const { message, reason } = parsed;
    throw new ApiError("username_invalid", { message, fields: { reason } });
  }
  try {
    const { rows } = await pool.query<UserRow>({
      name: "rename",
      text: RENAME,
      values: [userId, parsed.name, parsed.folded, parsed.skeleton],
    });
    if (rows[0]) return rows[0];
  } catch (error) {
    if (isNameTaken(error)) throw new ApiError("username_taken");
    throw error;
  }
  throw new ApiError("invalid_token");
}

/** Whether an insert or update lost a name to somebody else. */
export function isNameTaken(error: unknown): boolean {
  const index = uniqueViolation(error);
  return index === "users_name_folded_key" || index === "users_name_skeleton_key";
}
