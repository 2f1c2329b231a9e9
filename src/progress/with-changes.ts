import { ApiError } from "../errors";
import { type Changes, MAXIMUM_STARS, type Progress } from "./progress";
import { type StatRules, withReported } from "./stats";

/**
 * Progress after a report.
 * @param path of the report in the request's body, for the error
 * @throws {ApiError} progress_out_of_range when a figure cannot be what it would become
 */
export function withChanges(
  before: Progress,
  { stars = 0, level = 0, stats = {} }: Changes,
  rules: StatRules,
  path = "",
): Progress {
  const after = {
    stars: before.stars + stars,
    level: before.level + level,
    stats: withReported(before.stats, stats, rules),
  };
  const problems = [
    ...outside(after.stars, 0, `${path}stars`),
    ...outside(after.level, 1, `${path}level`),
    ...Object.keys(stats).flatMap((name) =>
      Number.isSafeInteger(after.stats[name])
        ? []
        : [{ path: `${path}stats.${name}`, message: "Would be larger than 9007199254740991" }],
    ),
  ];
  if (problems.length > 0) throw new ApiError("progress_out_of_range", { fields: { fields: problems } });
  return after;
}

function outside(value: number, least: number, path: string) {
  if (value < least) return [{ path, message: `Would be less than ${least}` }];
  return value > MAXIMUM_STARS ? [{ path, message: `Would be larger than ${MAXIMUM_STARS}` }] : [];
}
