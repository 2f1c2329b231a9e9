import { isPictureUrl, PICTURE_KEY } from "../users/picture-url";

const KEY = new RegExp(`^${PICTURE_KEY}$`);

/** A picture of the old server's, which took any text, as far as it may be one here; null for none. */
export function keptPicture(picture: string | null): string | null {
  if (picture === null) return null;
  return KEY.test(picture) || isPictureUrl(picture) ? picture : null;
}
