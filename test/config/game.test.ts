import { expect, test } from "bun:test";
import { load, problem } from "./support";

test("a game has no stats unless told otherwise", () => {
  expect(load().game).toEqual({ stats: {} });
});

test("a game says what is counted, and how", () => {
  expect(load({ yaml: "game: {stats: {best_score: max, plates: sum, last_map: last}}" }).game).toEqual({
    stats: { best_score: "max", plates: "sum", last_map: "last" },
  });
});

const many = Array.from({ length: 33 }, (_, n) => `s${n}: sum`).join(", ");

test.each([
  ["{Best: max}", "game.stats"],
  ["{1st: max}", "game.stats"],
  [`{${"x".repeat(33)}: max}`, "game.stats"],
  ["{best: min}", "game.stats.best"],
  ["[best]", "game.stats"],
  [`{${many}}`, "game.stats"],
])("stats: %s is refused by name", (stats, key) => {
  expect(problem({ yaml: `game: {stats: ${stats}}` })).toContain(`config.yml: ${key}`);
});
