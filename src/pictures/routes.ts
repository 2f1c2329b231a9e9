import { Elysia, t } from "elysia";
import { ApiError } from "../errors";
import type { PictureStore } from "./store";

/** A picture's address is made of its contents, so that it never changes. Games draw it on a canvas, too. */
const HEADERS = {
  "cache-control": "public, max-age=31536000, immutable",
  "access-control-allow-origin": "*",
};

const RESPONSES = {
  200: {
    description: "The picture.",
    content: { "image/png": {}, "image/jpeg": {}, "image/webp": {} },
  },
  400: { description: "The hash is none.", content: { "application/json": {} } },
  404: { description: "No player has this picture.", content: { "application/json": {} } },
  503: { description: "The database does not answer.", content: { "application/json": {} } },
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
      detail: { summary: "A picture that a player sent", responses: RESPONSES },
    },
  );
}
