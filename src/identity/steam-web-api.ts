import type { SteamConfig } from "../config/config";
import { isLoopback } from "../config/fields";
import { ApiError, type ApiErrorOptions } from "../errors";
import { profileOf } from "./claims";
import type { Profile } from "./provider";
import type { ProviderAnswer, ProviderApi } from "./provider-api";
import { refusal } from "./refusals";
import type { Deadline } from "./sign-in-deadline";
import { isSteamId, STEAM } from "./steam-id";

/** `k_nCubTicketMaxLength` of Steamworks is 2560 bytes, two digits each. */
const TICKET = /^(?:[0-9A-Fa-f]{2}){1,2560}$/;

/** What Steam's own numbers say of a ticket. One for another identity string is "Invalid ticket", too. */
const INVALID_PARAMETER = 3;
const USER_IS_OFFLINE = 100;
const INVALID_TICKET = 101;
const TICKET_FOR_OTHER_APP = 102;

/** Steam's Web API, as the publisher (https://partner.steamgames.com/doc/webapi). */
export type SteamWebApi = {
  /**
   * Whose ticket it is (`ISteamUserAuth/AuthenticateUserTicket`).
   * @param ticket of `GetAuthTicketForWebApi`, in hex
   * @returns the player's SteamID64
   * @throws {ApiError} provider_token_invalid, provider_audience_mismatch, provider_unavailable_now; account_disabled
   * for a player whom the settings refuse, with `reason`
   */
  authenticate(ticket: string, inTime: Deadline): Promise<string>;
  /**
   * Name and picture (`ISteamUser/GetPlayerSummaries`). Nothing of them when Steam does not tell: who the player is has
   * been proven, and a name can be chosen later.
   */
  profile(steamId: string, inTime: Deadline): Promise<Profile>;
};

export function createSteamWebApi(settings: SteamConfig, api: ProviderApi): SteamWebApi {
  const onThisMachine = isLoopback(new URL(settings.endpoints.api));

  /** The key goes in a header, which proxies and Steam's own logs keep less often than an address. */
  const ask = (method: string, parameters: Record<string, string>, inTime: Deadline) =>
    api.ask(inTime, `${settings.endpoints.api}/${method}/?${new URLSearchParams(parameters)}`, {
      headers: { "x-webapi-key": settings.webApiKey },
    });

  return {
    async authenticate(ticket, inTime) {
      if (!TICKET.test(ticket)) throw refusal(STEAM, "token_invalid");
      const { appId, identity } = settings;
      const parameters = { appid: String(appId), ticket, identity };
      const answer = await ask("ISteamUserAuth/AuthenticateUserTicket/v1", parameters, inTime);
      const { steamid, ...player } = readPlayer(answer);
      if (!isSteamId(steamid)) throw unavailable("steam_answer");
      refuseAsSet(settings, { steamid, ...player });
      return steamid;
    },

    async profile(steamId, inTime) {
      try {
        const { body } = await ask("ISteamUser/GetPlayerSummaries/v2", { steamids: steamId }, inTime);
        const { players } = membersOf(body.response);
        const found = Array.isArray(players) ? players.map(membersOf) : [];
        const { personaname, avatarfull } = found.find(({ steamid }) => steamid === steamId) ?? {};
        return profileOf({ name: personaname, picture: avatarfull }, { onThisMachine });
      } catch (error) {
        if (error instanceof ApiError) return { name: null, picture: null };
        throw error;
      }
    },
  };
}

type Members = Record<string, unknown>;

/** The members of `params`, for a ticket that Steam vouches for. */
function readPlayer({ status, body }: ProviderAnswer): Members {
  if (status === 401 || status === 403) throw unavailable(`http_${status}`, { setting: "STEAM_WEB_API_KEY" });
  const { error, params } = membersOf(body.response);
  if (error !== undefined) throw refusalOf(membersOf(error).errorcode);
  if (status !== 200) throw unavailable(`http_${status}`);
  const player = membersOf(params);
  if (player.result !== "OK") throw unavailable("steam_answer");
  return player;
}

/** A number that nobody has told us of lets nobody in either, and stands in the log. */
function refusalOf(code: unknown): ApiError {
  switch (code) {
    case INVALID_PARAMETER:
    case USER_IS_OFFLINE:
    case INVALID_TICKET:
      return refusal(STEAM, "token_invalid");
    case TICKET_FOR_OTHER_APP:
      return refusal(STEAM, "audience_mismatch");
    default:
      return unavailable(typeof code === "number" ? `steam_error_${code}` : "steam_answer");
  }
}

function refuseAsSet(settings: SteamConfig, player: Members): void {
  const reasons = {
    publisher_banned: settings.refusePublisherBanned && player.publisherbanned === true,
    vac_banned: settings.refuseVacBanned && player.vacbanned === true,
    not_owner: settings.requireOwnership && player.ownersteamid !== player.steamid,
  };
  for (const [reason, applies] of Object.entries(reasons))
    if (applies) throw new ApiError("account_disabled", { fields: { reason } });
}

function unavailable(cause: string, options: ApiErrorOptions = {}): ApiError {
  return refusal(STEAM, "unavailable", { ...options, cause });
}

function membersOf(value: unknown): Members {
  return Object(value) as Members;
}
