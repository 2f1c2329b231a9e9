import { ApiError } from "../errors";
import type { Changes } from "./progress";
import type { StatRules } from "./stats";

/**
 * @param paths of the changes in the request's body, in their order
 * @throws {ApiError} validation_failed for stats that the game does not have
 */
export function requireStats(reports: { changes: Changes; path: string }[], rules: StatRules): void {
  const fields = reports.flatMap(({ changes: { stats = {} }, path }) =>
    Object.keys(stats)
      .filter((name) => !Object.hasOwn(rules, name))
      .map((name) => ({ path: `${path}stats.${name}`, message: "game.stats has no such stat" })),
  );
  if (fields.length > 0) throw new ApiError("validation_failed", { fields: { fields } });
}
