import { Elysia, t } from "elysia";
import { ApiError } from "../errors";
import { alsoAnswers } from "../http/model";
import type { PictureStore } from "./store";

/** A picture's address is made of its contents, so that it never changes. Games draw it on a canvas, too. */
const HEADERS = {
  "cache-control": "public, max-age=31536000, immutable",
  "access-control-allow-origin": "*",
};

const BINARY = { schema: { type: "string" as const, format: "binary" } };

const RESPONSES = {
  200: {
    description: "The picture.",
    content: { "image/png": BINARY, "image/jpeg": BINARY, "image/webp": BINARY },
  },
};

export function pictureRoutes(pictures: PictureStore) {
  return new Elysia({ name: "pictures", tags: ["Profile"] }).get(
    "/pictures/:hash",
    async ({ params, set }) => {
      const picture = await pictures.find(Buffer.from(params.hash, "base64url"));
      if (!picture) throw new ApiError("not_found");
      Object.assign(set.headers, HEADERS, { "content-type": picture.mediaType });
      return new Response(picture.bytes);
    },
    {
      params: t.Object({ hash: t.String({ maxLength: 64, description: "SHA-256, in base64url." }) }),
      detail: {
        operationId: "getPicture",
        summary: "A picture that a player sent",
        description: "Its address is made of its contents: it may be kept for ever.",
        responses: RESPONSES,
        ...alsoAnswers("validation_failed", "not_found", "database_unavailable"),
      },
    },
  );
}
