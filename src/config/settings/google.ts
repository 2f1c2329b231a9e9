import { z } from "zod";
import { secureUrl, text } from "../fields";
import { redirectUri } from "../origins";
import type { SettingTable } from "./setting";

export const googleSettings = {
  GOOGLE_CLIENT_ID: {
    schema: text,
    sentence: "[from Google](#google-credentials); without it the local Google plays its part",
  },
  GOOGLE_CLIENT_SECRET: { schema: text, sentence: "its secret" },
  "oauth.additional_client_ids": {
    schema: z.array(text),
    default: [],
    sentence: "further client ids whose tokens are accepted",
  },
  "oauth.redirect_uris": {
    schema: z.array(redirectUri),
    default: [],
    sentence:
      "redirects beside the desktop's, compared whole: pages (`https://game.example/play/`), an app's own scheme (`com.studio.game:/cb`), loopback addresses on any port",
  },
  GOOGLE_AUTH_URL: {
    file: "oauth.google_auth_url",
    schema: secureUrl,
    default: "https://accounts.google.com/o/oauth2/v2/auth",
    shown: "Google's",
    sentence: "where players choose their account; for tests, `https:` unless loopback, as the next four",
  },
  GOOGLE_TOKEN_URL: {
    file: "oauth.google_token_url",
    schema: secureUrl,
    default: "https://oauth2.googleapis.com/token",
    shown: "Google's",
    sentence: "exchanges a code",
  },
  GOOGLE_TOKEN_INFO_URL: {
    file: "oauth.google_token_info_url",
    schema: secureUrl,
    default: "https://oauth2.googleapis.com/tokeninfo",
    shown: "Google's",
    sentence: "tells whose access token it is",
  },
  GOOGLE_USERINFO_URL: {
    file: "oauth.google_userinfo_url",
    schema: secureUrl,
    default: "https://openidconnect.googleapis.com/v1/userinfo",
    shown: "Google's",
    sentence: "tells the player's name and picture",
  },
  GOOGLE_CERTS_URL: {
    file: "oauth.google_certs_url",
    schema: secureUrl,
    default: "https://www.googleapis.com/oauth2/v3/certs",
    shown: "Google's",
    sentence: "has the keys that id tokens are signed with",
  },
} as const satisfies SettingTable;
