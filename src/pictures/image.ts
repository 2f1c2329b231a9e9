import { ApiError } from "../errors";
import { sha256 } from "../sha256";

/** Bytes that a picture may have. */
export const MAXIMUM_PICTURE_BYTES = 262_144;

/** A picture that is kept here. */
export type Picture = { hash: Buffer; mediaType: string; bytes: Buffer };

/** How a picture comes: a `data:` URL (RFC 2397) of one of the kinds that every browser shows. */
export const PICTURE_DATA_URL = "data:image/(png|jpeg|webp);base64,[A-Za-z0-9+/]+={0,2}";

/** The first bytes of each kind; null stands for any. */
const SIGNATURES: Record<string, readonly (number | null)[]> = {
  "image/png": [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
  "image/jpeg": [0xff, 0xd8, 0xff],
  "image/webp": [0x52, 0x49, 0x46, 0x46, null, null, null, null, 0x57, 0x45, 0x42, 0x50],
};

/**
 * Reads a picture out of a {@link PICTURE_DATA_URL}.
 * @throws {ApiError} payload_too_large; validation_failed when its bytes are not of the kind that it says
 */
export function readPicture(dataUrl: string): Picture {
  const comma = dataUrl.indexOf(",");
  const mediaType = dataUrl.slice("data:".length, dataUrl.indexOf(";"));
  const bytes = Buffer.from(dataUrl.slice(comma + 1), "base64");
  if (bytes.length > MAXIMUM_PICTURE_BYTES) {
    throw new ApiError("payload_too_large", { message: "A picture may have 256 KiB." });
  }
  const signature = SIGNATURES[mediaType];
  if (!signature?.every((byte, at) => byte === null || bytes[at] === byte)) {
    throw new ApiError("validation_failed", {
      fields: { fields: [{ path: "new_picture", message: `is not a picture of the kind ${mediaType}` }] },
    });
  }
  return { hash: sha256(bytes), mediaType, bytes };
}
