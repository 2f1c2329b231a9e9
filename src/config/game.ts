import type { StatRules } from "../progress/stats";
import type { Settings } from "./settings";

/** What the game is about. */
export type GameConfig = Readonly<{
  /** How the integers that game servers report of a player are kept, by name. */
  stats: StatRules;
}>;

export function gameSection(settings: Settings): GameConfig {
  return { stats: settings["game.stats"] };
}
