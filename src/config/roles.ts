import type { Settings } from "./settings";

/** What players may be beside `player`, `moderator` and `admin`. */
export type RolesConfig = Readonly<{ names: readonly string[] }>;

export function rolesSection(settings: Settings): RolesConfig {
  return { names: settings["roles.names"] };
}
