import { appleSettings } from "./settings/apple";
import { auditSettings } from "./settings/audit";
import { databaseSettings } from "./settings/database";
import { discordSettings } from "./settings/discord";
import { googleSettings } from "./settings/google";
import { googlePlaySettings } from "./settings/google-play";
import { guestSettings } from "./settings/guests";
import { nameSettings } from "./settings/names";
import { oauthSettings } from "./settings/oauth";
import { openIdSettings } from "./settings/openid";
import { securitySettings } from "./settings/security";
import { serverSettings } from "./settings/server";
import type { Setting, SettingValue } from "./settings/setting";
import { steamSettings } from "./settings/steam";

/** Every setting of the server, once, in the order of the README's table. */
export const SETTINGS = {
  ...databaseSettings,
  ...securitySettings,
  ...googleSettings,
  ...steamSettings,
  ...googlePlaySettings,
  ...discordSettings,
  ...appleSettings,
  ...openIdSettings,
  ...guestSettings,
  ...nameSettings,
  ...auditSettings,
  ...oauthSettings,
  ...serverSettings,
};

/** Every setting by its name, as it holds: from the environment, else `config.yml`, else the default. */
export type Settings = Readonly<{ [N in keyof typeof SETTINGS]: SettingValue<(typeof SETTINGS)[N]> }>;

/** True for a variable of the environment, false for a key of `config.yml` alone. */
export function isVariable(name: string): boolean {
  return !name.includes(".");
}

/** Where a setting stands in `config.yml`; null for one of the environment alone. */
export function fileKey(name: string, setting: Setting): { section: string; key: string } | null {
  const path = isVariable(name) ? setting.file : name;
  if (path === undefined) return null;
  const [section = "", key = ""] = path.split(".");
  return { section, key };
}
