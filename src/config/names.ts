import type { Settings } from "./settings";

/** What players may call themselves. */
export type NamesConfig = Readonly<{
  /** 0: a player may change the name at any time. */
  changeCooldownSeconds: number;
  /** How long a name that was given up is kept for its player; 0: not at all. */
  keptSeconds: number;
  /** Languages whose profanity is refused. */
  profanity: readonly "en"[];
  /** Beside the names that are reserved in every game. */
  reserved: readonly string[];
}>;

export function namesSection(settings: Settings): NamesConfig {
  return {
    changeCooldownSeconds: Math.round(settings["names.change_cooldown_days"] * 86_400),
    keptSeconds: Math.round(settings["names.kept_days"] * 86_400),
    profanity: settings["names.profanity"],
    reserved: settings["names.reserved"],
  };
}
