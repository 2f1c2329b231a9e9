import { expect, test } from "bun:test";
import { load, problems } from "./support";

test("players are asked for no terms and no age unless told otherwise", () => {
  expect(load().door).toEqual({ terms: null, asksAge: false });
});

test("a game says which terms hold, where they are, and that it asks how old players are", () => {
  const yaml = "terms: {version: 2026-11, url: 'https://game.example/terms'}\nage: {bands: true}";
  expect(load({ yaml }).door).toEqual({
    terms: { version: "2026-11", url: "https://game.example/terms" },
    asksAge: true,
  });
});

test.each([
  ["terms: {version: '1'}", "terms.url: missing (terms.version is set)"],
  ["terms: {url: 'https://game.example/terms'}", "terms.version: missing (terms.url is set)"],
  [
    "terms: {version: 'a b', url: 'https://game.example/terms'}",
    "config.yml: terms.version: must be 1 to 64 letters, digits, dots, hyphens or underscores",
  ],
  [
    "terms: {version: '1', url: 'http://game.example/terms'}",
    "config.yml: terms.url: must be an https: URL (http: only to localhost)",
  ],
])("%s is refused", (yaml, sentence) => {
  expect(problems({ yaml })).toContain(sentence);
});
