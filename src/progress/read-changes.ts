import { ApiError } from "../errors";
import type { Changes, SentChanges } from "./progress";
import type { StatRules, Stats } from "./stats";

/**
 * Changes whose stats the game has, and which are integers.
 * @param sent with its path in the request's body, for the error
 * @throws {ApiError} validation_failed, naming every stat that does not fit
 */
export function readChanges(sent: { changes: SentChanges; path: string }[], rules: StatRules): Changes[] {
  const fields = sent.flatMap(({ changes: { stats = {} }, path }) =>
    Object.entries(stats).flatMap(([name, value]) => {
      const at = `${path}stats.${name}`;
      if (!Object.hasOwn(rules, name)) return [{ path: at, message: "game.stats has no such stat" }];
      return Number.isSafeInteger(value) ? [] : [{ path: at, message: "Expected integer of up to 53 bits" }];
    }),
  );
  if (fields.length > 0) throw new ApiError("validation_failed", { fields: { fields } });
  return sent.map(({ changes: { stats, ...rest } }) => ({
    ...rest,
    ...(stats && { stats: stats as Stats }),
  }));
}
