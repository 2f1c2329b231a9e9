import type { Environment } from "./environment";
import type { ConfigFile } from "./file";
import { fileKey, SETTINGS, type Settings } from "./settings";
import type { Setting } from "./settings/setting";

/** Settles every setting by precedence: the environment, else `config.yml`, else the default. */
export function settle(env: Environment, file: ConfigFile): Settings {
  const settled = Object.entries<Setting>(SETTINGS).map(([name, setting]) => {
    const place = fileKey(name, setting);
    const inFile = place && file[place.section]?.[place.key];
    return [name, env[name as keyof Environment] ?? inFile ?? setting.default];
  });
  return Object.fromEntries(settled) as Settings;
}
