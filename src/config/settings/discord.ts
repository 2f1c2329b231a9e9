import { baseUrl, text } from "../fields";
import type { SettingTable } from "./setting";

export const discordSettings = {
  DISCORD_CLIENT_ID: {
    schema: text.regex(/^\d{17,20}$/, "must be the application's id, 17 to 20 digits"),
    sentence: "[from Discord](docs/providers/discord.md); without it nobody signs in with Discord",
  },
  DISCORD_CLIENT_SECRET: { schema: text, sentence: "its secret" },
  DISCORD_URL: {
    schema: baseUrl,
    default: "https://discord.com",
    shown: "Discord's",
    sentence: "where Discord is; for tests, `https:` unless loopback",
  },
} as const satisfies SettingTable;
