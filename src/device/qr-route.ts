import { Elysia } from "elysia";
import { ApiError } from "../errors";
import { alsoAnswers } from "../http/model";
import type { OwnUrl } from "../http/own-url";
import { qrQuery } from "./model";
import { qrSvg } from "./qr";
import type { UserCodes } from "./user-code";
import { verificationUri } from "./verification-uri";

/** `GET /device/qr.svg`: what a player scans instead of typing. It asks no database, so nobody can try codes on it. */
export function deviceQrRoute({ ownUrl, userCodes }: { ownUrl: OwnUrl; userCodes: UserCodes }) {
  return new Elysia({ name: "device-qr", tags: ["OAuth"] }).get(
    "/device/qr.svg",
    ({ query, server }) => {
      const userCode = userCodes.read(query.user_code);
      if (!userCode)
        throw new ApiError("validation_failed", {
          fields: { fields: [{ path: "user_code", message: "is no code" }] },
        });
      const svg = qrSvg(verificationUri(ownUrl(server?.port), userCode));
      return new Response(svg, { headers: { "content-type": "image/svg+xml" } });
    },
    {
      query: qrQuery,
      detail: {
        responses: {
          200: { description: "A QR code.", content: { "image/svg+xml": { schema: { type: "string" } } } },
        },
        ...alsoAnswers("validation_failed"),
        operationId: "getDeviceQrCode",
        summary: "The QR code of `verification_uri_complete`",
        description: "For a page of any origin to show. It says nothing about whether a device waits.",
      },
    },
  );
}
