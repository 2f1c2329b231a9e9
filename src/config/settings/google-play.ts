import { baseUrl, text } from "../fields";
import type { SettingTable } from "./setting";

export const googlePlaySettings = {
  GOOGLE_PLAY_CLIENT_ID: {
    schema: text,
    sentence:
      "the game server's client id [from the Play Console](docs/providers/google-play-games.md); without it nobody signs in with Play Games",
  },
  GOOGLE_PLAY_CLIENT_SECRET: { schema: text, sentence: "its secret" },
  GOOGLE_PLAY_URL: {
    schema: baseUrl,
    default: "https://games.googleapis.com",
    shown: "Google's",
    sentence:
      "where the API of Play Games is; for tests, `https:` unless loopback, as `GOOGLE_TOKEN_URL`, where its codes are exchanged",
  },
} as const satisfies SettingTable;
