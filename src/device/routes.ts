import { Elysia } from "elysia";
import type { BrowserBinding } from "../authorization/browser-binding";
import { ownStartUrl } from "../authorization/own-start";
import type { ReadContext, RequestContext } from "../http/context";
import type { OwnUrl } from "../http/own-url";
import { htmlAnswer } from "../http/page-answer";
import type { Limits } from "../limits/limits";
import { logRefusal } from "../limits/refusal-log";
import type { Log } from "../log/log";
import type { PlayerPage } from "../oauth/player-page";
import type { DevicePages } from "./device-page";
import { type FindRequestDeps, findRequest, lookUp } from "./find-request";
import { answerBody, deviceQuery, signInQuery } from "./model";
import { allowedPage, askingDevicePage, confirmPage, deniedPage, enterCodePage, overPage } from "./page";
import { verificationUri } from "./verification-uri";

/** Whose body is a form. */
export const DEVICE_PATH = "/device";

/** Where a player comes back to who said who they are. */
export const DEVICE_RETURN_PATH = "/device/return";

/** What is asked of them for. */
export type DevicePlayerPage = PlayerPage<{ userCode: string }>;

export type DeviceRouteDeps = Omit<FindRequestDeps, "limits"> & {
  binding: BrowserBinding;
  devicePages: DevicePages;
  devicePlayerPage: DevicePlayerPage;
  limits: Limits;
  log: Log;
  ownUrl: OwnUrl;
  readContext: ReadContext;
};

const PAGE = {
  200: htmlAnswer("A page."),
  400: htmlAnswer("A page that says what is wrong."),
  429: htmlAnswer("Too many wrong codes; a page that says so."),
  503: htmlAnswer("Nobody can sign in just now; a page that says so."),
};
/** Of a form, beside those of any page. */
const FORM = { 413: htmlAnswer("Too large; a page."), 415: htmlAnswer("Not a form; a page.") };
const REDIRECT = { 302: { description: "On to the provider." } };

/** The page on which a player signs a device in that shows a code (RFC 8628 §3.3). */
export function devicePageRoutes(deps: DeviceRouteDeps) {
  const { binding, devices, devicePages, devicePlayerPage, log, ownUrl, readContext, userCodes } = deps;
  const deviceUrl = (boundPort: number | undefined) => verificationUri(ownUrl(boundPort));
  const unknownCode = async (boundPort: number | undefined, context: RequestContext) => {
    await logRefusal(deps, "refused", { code: "user_code_unknown", ...context });
    return enterCodePage(deviceUrl(boundPort), {
      status: 400,
      sentence: "No device waits with this code. Look at it once more.",
    });
  };

  return new Elysia({ name: "device", tags: ["Sign-in page"] })
    .get(
      DEVICE_PATH,
      async ({ query, redirect, request, route, server, set }) => {
        const context = readContext({ request, route, server, set });
        const { user_code: typed } = query;
        const elsewhere = ownStartUrl(request, ownUrl(server?.port));
        if (elsewhere) return redirect(elsewhere, 302);
        if (typed === undefined) return enterCodePage(deviceUrl(server?.port));
        const asking = await lookUp(deps, typed, context.ip);
        if (!asking) return unknownCode(server?.port, context);
        const { browser, setCookie } = binding.bind(request.headers);
        set.headers["set-cookie"] = setCookie;
        const sealed = await devicePages.seal({ userCode: asking.userCode, browser });
        return askingDevicePage(asking, {
          deviceUrl: deviceUrl(server?.port),
          sealed,
          ip: context.ip,
        });
      },
      {
        query: deviceQuery,
        detail: {
          responses: { ...PAGE, 302: { description: "To this server by its own address." } },
          operationId: "showDevicePage",
          summary: "Open this in the player's browser to sign a device in",
          description:
            "The `verification_uri` of RFC 8628 §3.2. With `user_code` it says what asks, from where and when, and asks whether the player has it in front of them.",
        },
      },
    )
    .get(
      "/device/sign-in",
      async ({ query, request, route, server, set }) => {
        const context = readContext({ request, route, server, set });
        const asking = await lookUp(deps, query.user_code, context.ip);
        if (!asking) return unknownCode(server?.port, context);
        const { userCode } = asking;
        const hrefOf = (provider: string) =>
          `${deviceUrl(server?.port)}/sign-in?user_code=${userCode}&provider=${provider}`;
        const choice = { provider: query.provider ?? null, title: "Who are you?", hrefOf };
        return devicePlayerPage.ask({ userCode }, choice, { request, ownUrl: ownUrl(server?.port) });
      },
      {
        query: signInQuery,
        detail: {
          responses: { ...PAGE, ...REDIRECT },
          operationId: "showDeviceSignIn",
          summary: "Where the player says who they are",
          description: "The ways in to choose from, or straight on to the provider.",
        },
      },
    )
    .get(
      DEVICE_RETURN_PATH,
      async ({ redirect, request, route, server, set }) => {
        // Whoever looks ahead (a link preview, a virus scanner) finishes nothing.
        if (request.method === "HEAD") return new Response();
        const context = readContext({ request, route, server, set });
        const told = await devicePlayerPage.told({ request, ownUrl: ownUrl(server?.port) }, context);
        const { userCode } = told.content;
        if ("error" in told) return redirect(verificationUri(ownUrl(server?.port), userCode), 302);
        const asking = await findRequest(deps, userCode);
        if (!asking) return overPage();
        const { loadProfile, expiresAt: _, ...identity } = told.identity;
        const player = { ...identity, ...(await loadProfile()) };
        const { browser } = binding.bind(request.headers);
        const sealed = await devicePages.seal({ userCode, browser, player });
        return confirmPage(asking, player, {
          deviceUrl: deviceUrl(server?.port),
          sealed,
          ip: context.ip,
        });
      },
      {
        detail: {
          responses: { ...PAGE, 302: { description: "Back to the start, when the player said no." } },
          operationId: "returnToDevicePage",
          summary: "Where the player comes back to, to confirm",
          description: "From the provider. Asks once more, by name, whether the device is to be signed in.",
        },
      },
    )
    .post(
      DEVICE_PATH,
      async ({ body, request, route, server, set }) => {
        const context = readContext({ request, route, server, set });
        const { origin } = new URL(ownUrl(server?.port));
        const { userCode, player } = await devicePages.open(body.page, request.headers, origin);
        const hashes = userCodes.hashes(userCode);
        if (body.decision === "deny") {
          if (!(await devices.deny(hashes))) return overPage();
          log.event("device_denied", context);
          return deniedPage();
        }
        if (!player || !(await devices.approve(hashes, player))) return overPage();
        log.event("device_allowed", { provider: player.provider, ...context });
        return allowedPage();
      },
      {
        parse: "urlencoded",
        body: answerBody,
        detail: {
          responses: { ...PAGE, ...FORM },
          operationId: "answerDevicePage",
          summary: "The player's answer",
          description: "A form of this server's own pages, from the browser that they were made for.",
        },
      },
    );
}
