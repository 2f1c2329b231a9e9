import type { SteamPlayers } from "./players";
import type { Tickets } from "./tickets";

/** Whose key it is: the publisher of one app. */
export type Publisher = {
  webApiKey: string;
  appId: number;
};

export const WEB_API_PATHS = {
  authenticate: "/ISteamUserAuth/AuthenticateUserTicket/v1/",
  summaries: "/ISteamUser/GetPlayerSummaries/v2/",
} as const;

const MAXIMUM_SUMMARIES = 100;

/** `AuthenticateUserTicket`: whose ticket it is. Refusals are errors in an answer of 200. */
export function authenticateUserTicket(request: Request, publisher: Publisher, tickets: Tickets): Response {
  const { searchParams } = new URL(request.url);
  const refused = refusedKey(request, publisher) ?? missing(searchParams, ["appid", "ticket"]);
  if (refused) return refused;
  // A publisher's key is good for the publisher's own apps.
  if (searchParams.get("appid") !== String(publisher.appId)) return forbidden();
  const hex = searchParams.get("ticket") ?? "";
  if (!/^(?:[0-9a-f]{2})+$/i.test(hex)) return failure(3, "Invalid parameter");
  const ticket = tickets.find(hex);
  if (!ticket) return failure(101, "Invalid ticket");
  if (ticket.appId !== publisher.appId) return failure(102, "Ticket for other app");
  const identity = searchParams.get("identity");
  if (identity !== null && identity !== ticket.identity) return failure(101, "Invalid ticket");
  return answer({
    params: {
      result: "OK",
      steamid: ticket.steamId,
      ownersteamid: ticket.ownerSteamId,
      vacbanned: ticket.vacBanned,
      publisherbanned: ticket.publisherBanned,
    },
  });
}

/** `GetPlayerSummaries`: names and pictures. Whom it does not know it leaves out. */
export function getPlayerSummaries(request: Request, publisher: Publisher, players: SteamPlayers): Response {
  const { origin, searchParams } = new URL(request.url);
  const refused = refusedKey(request, publisher) ?? missing(searchParams, ["steamids"]);
  if (refused) return refused;
  const ids = new Set((searchParams.get("steamids") ?? "").split(","));
  const found = [...ids].slice(0, MAXIMUM_SUMMARIES).flatMap((id) => players.summaryOf(id, origin));
  return answer({ players: found });
}

/** The key comes in a header or in the query. */
function refusedKey(request: Request, { webApiKey }: Publisher): Response | undefined {
  const given = request.headers.get("x-webapi-key") ?? new URL(request.url).searchParams.get("key");
  if (given === null) return page(401, "Unauthorized", RETRYING_WILL_NOT_HELP);
  return given.toUpperCase() === webApiKey.toUpperCase() ? undefined : forbidden();
}

const RETRYING_WILL_NOT_HELP =
  "Access is denied. Retrying will not help. Please verify your <pre>key=</pre> parameter.";

function forbidden(): Response {
  return page(403, "Forbidden", RETRYING_WILL_NOT_HELP);
}

function missing(parameters: URLSearchParams, names: string[]): Response | undefined {
  const name = names.find((name) => !parameters.get(name));
  return name === undefined
    ? undefined
    : page(400, "Bad Request", `Please verify that all required parameters are being sent: ${name}`);
}

function page(status: number, title: string, text: string): Response {
  const body = `<html><head><title>${title}</title></head><body><h1>${title}</h1>${text}</body></html>`;
  return new Response(body, { status, headers: { "content-type": "text/html; charset=UTF-8" } });
}

function failure(errorcode: number, errordesc: string): Response {
  return answer({ error: { errorcode, errordesc } });
}

function answer(response: object): Response {
  return Response.json({ response }, { headers: { "cache-control": "no-store" } });
}
