import type { Timepiece } from "../clock";
import type { AuthorizationUrlParameters } from "./provider";
import type { ProviderApi } from "./provider-api";
import { refusal } from "./refusals";
import type { Deadline } from "./sign-in-deadline";
import { isSteamId, STEAM } from "./steam-id";

/** OpenID Authentication 2.0, which Steam speaks in a browser (https://openid.net/specs/openid-authentication-2_0.html). */
export const OPENID_NS = "http://specs.openid.net/auth/2.0";
const IDENTIFIER_SELECT = `${OPENID_NS}/identifier_select`;
const PREFIX = "openid.";

/** What an assertion has to have signed (§10.1). */
const MUST_BE_SIGNED = [
  "op_endpoint",
  "claimed_id",
  "identity",
  "return_to",
  "response_nonce",
  "assoc_handle",
];
/** How far the time in a nonce may be from ours. It serves once for as long as it is good: our state does, and Steam's check. */
const NONCE_SKEW_MS = 300_000;
const NONCE = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)[\x21-\x7e]{0,235}$/;

/** Where a player says who they are (§9.1). Our state comes back in the address that is returned to, which is signed. */
export function authorizationUrl(
  communityUrl: string,
  { redirectUri, state }: Pick<AuthorizationUrlParameters, "redirectUri" | "state">,
): string {
  const parameters = {
    ns: OPENID_NS,
    mode: "checkid_setup",
    return_to: returnTo(redirectUri, state),
    realm: `${new URL(redirectUri).origin}/`,
    identity: IDENTIFIER_SELECT,
    claimed_id: IDENTIFIER_SELECT,
  };
  return `${endpoint(communityUrl)}?${form(parameters)}`;
}

/** The assertion in an answer to the callback, with the state that it came with; null when the answer has none. */
export function codeIn(answer: URLSearchParams): string | null {
  if (answer.get("openid.mode") !== "id_res") return null;
  const members = [...answer].filter(([name]) => name === "state" || name.startsWith(PREFIX));
  return new URLSearchParams(members).toString();
}

/** Whether the player went back without signing in (§10.2.2). */
export function isCancelled(answer: URLSearchParams): boolean {
  return answer.get("openid.mode") === "cancel";
}

/**
 * Checks what {@link codeIn} took out of an answer (§11), and asks Steam whether it signed it (§11.4.2).
 * @returns the check: the player's SteamID64; it throws provider_token_invalid and provider_unavailable_now
 */
export function createAssertionCheck(communityUrl: string, api: ProviderApi, clock: Timepiece) {
  const idPrefix = `${communityUrl}/openid/id/`;

  return async (code: string, redirectUri: string, inTime: Deadline): Promise<string> => {
    const { state, fields } = read(code);
    const signed = fields.signed?.split(",") ?? [];
    const holds =
      fields.ns === OPENID_NS &&
      fields.op_endpoint === endpoint(communityUrl) &&
      fields.return_to === returnTo(redirectUri, state) &&
      fields.claimed_id === fields.identity &&
      MUST_BE_SIGNED.every((name) => signed.includes(name)) &&
      isFresh(fields.response_nonce, clock);
    const steamId = fields.claimed_id?.startsWith(idPrefix) && fields.claimed_id.slice(idPrefix.length);
    if (!holds || !isSteamId(steamId)) throw refusal(STEAM, "token_invalid");
    await requireVouched(fields, inTime);
    return steamId;
  };

  async function requireVouched(fields: Record<string, string>, inTime: Deadline): Promise<void> {
    const { status, text } = await api.askForText(inTime, endpoint(communityUrl), {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: form({ ...fields, mode: "check_authentication" }),
    });
    if (status !== 200) throw refusal(STEAM, "unavailable", { cause: `http_${status}` });
    const answer = keyValues(text);
    if (answer.get("ns") !== OPENID_NS || !answer.has("is_valid"))
      throw refusal(STEAM, "unavailable", { cause: "not_openid" });
    if (answer.get("is_valid") !== "true") throw refusal(STEAM, "token_invalid");
  }
}

function endpoint(communityUrl: string): string {
  return `${communityUrl}/openid/login`;
}

function returnTo(redirectUri: string, state: string): string {
  return `${redirectUri}?${new URLSearchParams({ state })}`;
}

function form(fields: Record<string, string>): string {
  const prefixed = Object.entries(fields).map(([name, value]) => [PREFIX + name, value]);
  return new URLSearchParams(prefixed).toString();
}

/** @throws {ApiError} provider_token_invalid when anything is there twice: Steam might check the one, and we the other */
function read(code: string): { state: string; fields: Record<string, string> } {
  const parameters = new URLSearchParams(code);
  const { state = "", ...prefixed } = Object.fromEntries(parameters);
  if (new Set(parameters.keys()).size !== parameters.size) throw refusal(STEAM, "token_invalid");
  const fields = Object.entries(prefixed).map(([name, value]) => [name.slice(PREFIX.length), value]);
  return { state, fields: Object.fromEntries(fields) };
}

function isFresh(nonce: string | undefined, clock: Timepiece): boolean {
  const [, time = ""] = NONCE.exec(nonce ?? "") ?? [];
  return Math.abs(Date.parse(time) - clock.now().getTime()) <= NONCE_SKEW_MS;
}

/** Key-value form (§4.1.1): lines of a key, a colon and a value. */
function keyValues(text: string): Map<string, string> {
  const lines = text.split("\n").filter((line) => line.includes(":"));
  return new Map(
    lines.map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trimEnd()]),
  );
}
