import { z } from "zod";
import { secureUrl, text } from "../fields";
import type { SettingTable } from "./setting";

export const steamSettings = {
  STEAM_WEB_API_KEY: {
    schema: z.string().regex(/^[0-9A-Fa-f]{32}$/, "must be the 32 hexadecimal digits that Steamworks shows"),
    sentence:
      "the publisher's [Web API key](docs/providers/steam.md); without it there is no sign-in with Steam",
  },
  "steam.app_id": {
    schema: z.number().int().min(1).max(4_294_967_295),
    sentence: "the game's app id, which tickets must be made for",
  },
  "steam.identity": {
    schema: text,
    default: "robotouille",
    sentence:
      "what the game passes to `GetAuthTicketForWebApi`; tickets made for another service are refused",
  },
  "steam.require_ownership": {
    schema: z.boolean(),
    default: false,
    sentence: "refuses who plays a borrowed copy of the game (Steam Families)",
  },
  "steam.refuse_vac_banned": {
    schema: z.boolean(),
    default: false,
    sentence: "refuses accounts with a VAC ban",
  },
  "steam.refuse_publisher_banned": {
    schema: z.boolean(),
    default: true,
    sentence: "refuses accounts that the publisher banned from the game",
  },
  STEAM_API_URL: {
    file: "steam.api_url",
    schema: secureUrl,
    default: "https://partner.steam-api.com",
    sentence:
      "where the Web API is; `https:` unless loopback, as the next. `https://api.steampowered.com` is the public host, with limits",
  },
  STEAM_COMMUNITY_URL: {
    file: "steam.community_url",
    schema: secureUrl,
    default: "https://steamcommunity.com",
    sentence: "where players sign in with OpenID, to link",
  },
} as const satisfies SettingTable;
