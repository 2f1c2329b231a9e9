import { readForm } from "../oauth/client";
import { OAuthError } from "../oauth/oauth-error";
import { type Parameters, readParameters, required } from "../oauth/parameters";
import { checkedRedirectUri, redirectLocation, redirectTo } from "../oauth/redirect";
import type { World } from "../stand-in";
import { type Assertions, OPENID_NS, type OpenIdFields } from "./assertions";
import type { SteamPlayers } from "./players";

export const OPENID_PATH = "/openid/login";
const IDENTIFIER_SELECT = `${OPENID_NS}/identifier_select`;

/** Steam's sign-in page: the account picker, its forms, and the way back with an assertion. */
export function signInPage(
  request: Request,
  communityUrl: (origin: string) => string,
  { world, players, assertions }: { world: World; players: SteamPlayers; assertions: Assertions },
): Promise<Response> {
  const { origin, search } = new URL(request.url);
  const community = communityUrl(origin);
  return world.picker.answer(request, () => {
    const { returnTo, realm } = parseRequest(readParameters(search));
    return {
      client: new URL(realm).host,
      backTo: new URL(returnTo).origin,
      picked(account) {
        const claimedId = `${community}/openid/id/${players.steamIdOf(account)}`;
        const stillGood = world.standing.vouchFor(account);
        return back(returnTo, assertions.issue(community + OPENID_PATH, claimedId, returnTo, { stillGood }));
      },
      cancelled: () => back(returnTo, { ns: OPENID_NS, mode: "cancel" }),
    };
  });
}

/** Whether an assertion is Steam's (OpenID Authentication 2.0 §11.4.2), in key-value form. */
export async function checkAuthentication(request: Request, assertions: Assertions): Promise<Response> {
  const form = await readForm(request);
  const fields = Object.fromEntries([...form].map(([name, value]) => [name.replace(/^openid\./, ""), value]));
  if (fields.mode !== "check_authentication") return keyValues({ ns: OPENID_NS, error: "Invalid mode" }, 400);
  return keyValues({ ns: OPENID_NS, is_valid: String(assertions.check(fields)) });
}

/** @throws {OAuthError} which belongs on a page */
function parseRequest(parameters: Parameters): { returnTo: string; realm: string } {
  const returnTo = checkedRedirectUri(required(parameters, "openid.return_to"));
  const realm = required(parameters, "openid.realm");
  const expected = {
    "openid.ns": OPENID_NS,
    "openid.mode": "checkid_setup",
    "openid.claimed_id": IDENTIFIER_SELECT,
    "openid.identity": IDENTIFIER_SELECT,
  };
  for (const [name, value] of Object.entries(expected))
    if (required(parameters, name) !== value)
      throw new OAuthError("invalid_request", `${name} must be ${value}`);
  if (!URL.canParse(realm) || !returnTo.startsWith(realm.endsWith("/") ? realm : `${realm}/`))
    throw new OAuthError("invalid_request", "openid.return_to is not under openid.realm.");
  return { returnTo, realm };
}

function back(returnTo: string, fields: OpenIdFields): Response {
  const prefixed = Object.entries(fields).map(([name, value]) => [`openid.${name}`, value]);
  return redirectTo(redirectLocation(returnTo, Object.fromEntries(prefixed)));
}

function keyValues(members: Record<string, string>, status = 200): Response {
  const text = Object.entries(members).map(([name, value]) => `${name}:${value}\n`);
  const headers = { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" };
  return new Response(text.join(""), { status, headers });
}
