import { expect, test } from "bun:test";
import { load, problem } from "./support";

test("names are kept for 180 days, change at any time and have no English profanity unless told otherwise", () => {
  expect(load().names).toEqual({
    changeCooldownSeconds: 0,
    keptSeconds: 180 * 86_400,
    profanity: ["en"],
    reserved: [],
  });
});

test("a game says how names change, and which it reserves", () => {
  const yaml = "names: {change_cooldown_days: 14, kept_days: 0, profanity: [], reserved: [Acme, Big Boss]}";
  expect(load({ yaml }).names).toEqual({
    changeCooldownSeconds: 14 * 86_400,
    keptSeconds: 0,
    profanity: [],
    reserved: ["Acme", "Big Boss"],
  });
});

test.each([
  ["change_cooldown_days: -1", "names.change_cooldown_days"],
  ["kept_days: never", "names.kept_days"],
  ["profanity: [en, tlh]", "names.profanity.1"],
  ["profanity: en", "names.profanity"],
  ['reserved: [""]', "names.reserved.0"],
])("%s is refused by name", (setting, key) => {
  expect(problem({ yaml: `names: {${setting}}` })).toContain(`config.yml: ${key}:`);
});
