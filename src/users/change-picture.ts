import { ApiError } from "../errors";
import type { UserRow, UserStore } from "./store";

/**
 * Sets or clears a player's picture.
 * @param picture an `https:` URL, an avatar key, or null
 * @throws {ApiError} validation_failed for a URL that is none; invalid_token when the player is gone
 */
export async function changePicture(
  users: UserStore,
  userId: number,
  picture: string | null,
): Promise<UserRow> {
  if (picture?.startsWith("https:") && !URL.canParse(picture)) {
    throw new ApiError("validation_failed", {
      fields: { fields: [{ path: "new_picture", message: "is not a URL" }] },
    });
  }
  const user = await users.setPicture(userId, picture);
  if (!user) throw new ApiError("invalid_token");
  return user;
}
