import { expect, test } from "bun:test";
import { isHighlyRestrictive } from "../../src/users/scripts";

test("S48 every letter, mark and digit that a name may have can be in one", () => {
  const astray = Array.from({ length: 0x110000 }, (_, codePoint) => codePoint)
    .filter((codePoint) => codePoint < 0xd800 || codePoint > 0xdfff)
    .map((codePoint) => String.fromCodePoint(codePoint))
    .filter((character) => /[\p{L}\p{M}\p{Nd}]/u.test(character) && !isHighlyRestrictive(character));
  expect(astray).toEqual([]);
});

test.each([
  ["Latin", "Łukasz_7"],
  ["Japanese in three scripts", "李さサ"],
  ["Latin and Japanese", "Ada 李さサー々"],
  ["Latin, Chinese and Bopomofo", "Ada李ㄅ"],
  ["Latin, Chinese and Korean", "Ada李김"],
  ["a vowel sign that Devanagari shares", "क॒ख"],
  ["digits alone", "007"],
])("S48 %s may be in one name", (_what, name) => {
  expect(isHighlyRestrictive(name)).toBe(true);
});

test.each([
  ["Latin and Cyrillic", "Aда"],
  ["Latin and Greek", "Aβγ"],
  ["Latin and Cherokee", "AᎠᎡ"],
  ["Kana and Hangul", "さ김"],
  ["Bopomofo and Hangul", "ㄅ김"],
  ["Thai and Lao", "กຂ"],
  ["digits of two scripts", "१২"],
])("S48 %s may not", (_what, name) => {
  expect(isHighlyRestrictive(name)).toBe(false);
});
