import { ApiError } from "../errors";
import { isNameTaken, type UserRow, type UserStore } from "./store";
import { parseUsername } from "./username";

/**
 * Gives a player a new name. The unique index decides between parallel claims.
 * @throws {ApiError} username_invalid with `reason`, username_taken
 */
export async function rename(users: UserStore, userId: number, wanted: string): Promise<UserRow> {
  const parsed = parseUsername(wanted);
  if (!parsed.ok) {
    const { message, reason } = parsed;
    throw new ApiError("username_invalid", { message, fields: { reason } });
  }
  try {
    const user = await users.rename(userId, parsed);
    if (user) return user;
  } catch (error) {
    if (isNameTaken(error)) throw new ApiError("username_taken");
    throw error;
  }
  throw new ApiError("invalid_token");
}
