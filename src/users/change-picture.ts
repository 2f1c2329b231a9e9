import { ApiError } from "../errors";
import { readPicture } from "../pictures/image";
import type { PictureStore } from "../pictures/store";
import { isPictureUrl } from "./picture-url";
import type { UserRow } from "./store";

/**
 * Sets or clears a player's picture.
 * @param picture an `https:` URL, an avatar key, null, or a picture as a `data:` URL, which is kept here
 * @param ownUrl where players reach this server, and find the picture that is kept
 * @throws {ApiError} validation_failed for a URL or a picture that is none; payload_too_large; invalid_token when the
 * player is gone
 */
export async function changePicture(
  pictures: PictureStore,
  userId: number,
  picture: string | null,
  ownUrl: string,
): Promise<UserRow> {
  if (picture?.startsWith("https:") && !isPictureUrl(picture)) {
    throw new ApiError("validation_failed", {
      fields: { fields: [{ path: "new_picture", message: "is not a URL that a picture may have" }] },
    });
  }
  const user = picture?.startsWith("data:")
    ? await keep(pictures, userId, picture, ownUrl)
    : await pictures.replace(userId, picture);
  if (!user) throw new ApiError("invalid_token");
  return user;
}

function keep(pictures: PictureStore, userId: number, dataUrl: string, ownUrl: string) {
  const picture = readPicture(dataUrl);
  return pictures.keep(userId, `${ownUrl}/pictures/${picture.hash.toString("base64url")}`, picture);
}
