import { Elysia } from "elysia";
import type { ReadContext } from "../http/context";
import type { OwnUrl } from "../http/own-url";
import { oauthErrorResponses } from "../oauth/model";
import { deviceAuthorizationAnswer, deviceAuthorizationBody } from "./model";
import { type RequestDeviceCodeDeps, requestDeviceCode } from "./request-device-code";
import { DEVICE_CODE_SECONDS, POLL_INTERVAL_SECONDS } from "./store";
import { verificationUri } from "./verification-uri";

export type DeviceAuthorizationDeps = RequestDeviceCodeDeps & { ownUrl: OwnUrl; readContext: ReadContext };

/** `POST /oauth/device_authorization`: a device asks to be signed in (RFC 8628 §3.1). */
export function deviceAuthorizationRoute(deps: DeviceAuthorizationDeps) {
  const { ownUrl, readContext } = deps;
  return new Elysia({ name: "device-authorization", tags: ["OAuth"] }).post(
    "/oauth/device_authorization",
    async ({ body, request, route, server, set }) => {
      const { client_id: clientId, scope, device = null } = body;
      const context = readContext({ request, route, server, set });
      const { deviceCode, userCode } = await requestDeviceCode(deps, { clientId, scope, device }, context);
      const own = ownUrl(server?.port);
      return {
        device_code: deviceCode,
        user_code: userCode,
        verification_uri: verificationUri(own),
        verification_uri_complete: verificationUri(own, userCode),
        expires_in: DEVICE_CODE_SECONDS,
        interval: POLL_INTERVAL_SECONDS,
      };
    },
    {
      parse: "urlencoded",
      body: deviceAuthorizationBody,
      response: { 200: deviceAuthorizationAnswer, ...oauthErrorResponses("invalid_client", "invalid_scope") },
      detail: {
        operationId: "requestDeviceCode",
        summary: "Sign in by a code that the player types on another device",
        description:
          "For consoles, televisions, headsets and terminals (RFC 8628). Show `user_code` and `verification_uri`, or the QR code of `/device/qr.svg?user_code=…`, and ask `/oauth/token` every `interval` seconds, or with `Prefer: wait=25`.",
      },
    },
  );
}
