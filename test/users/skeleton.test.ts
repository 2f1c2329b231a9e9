import { expect, test } from "bun:test";
import fc from "fast-check";
import { looks, nameKeys } from "../../src/users/skeleton";
import { parseUsername } from "../../src/users/username";
import { goodNames, lookalikeNames, mixedLookalikeNames } from "../fixtures/hostile-strings";

const collide = (one: string, other: string) => {
  const [a, b] = [nameKeys(one), nameKeys(other)];
  return (
    a.folded === b.folded || a.skeleton === b.skeleton || looks(one).some((it) => looks(other).includes(it))
  );
};

const lettersOfAllScripts = Array.from({ length: 0x110000 }, (_, codePoint) => codePoint)
  .filter((codePoint) => codePoint < 0xd800 || codePoint > 0xdfff)
  .map((codePoint) => String.fromCodePoint(codePoint))
  .filter((character) => /[\p{L}\p{M}\p{Nd}]/u.test(character));

const names = fc
  .oneof(
    fc.constantFrom(...[...goodNames, ...lookalikeNames].map(([, name]) => name)),
    fc
      .array(fc.constantFrom(...lettersOfAllScripts), { minLength: 3, maxLength: 20 })
      .map((all) => all.join("")),
    fc.string({ minLength: 3, maxLength: 20, unit: fc.constantFrom(..."ABIlmnoOrı01 .-iïİßΣσςΝνᾴΐŉ") }),
  )
  .map((name) => ({ name: name.normalize("NFC"), ...nameKeys(name) }));

test.each(lookalikeNames)("S48 names that differ by %s collide", (_what, one, other) => {
  expect(parseUsername(one)).toMatchObject({ ok: true });
  expect(parseUsername(other)).toMatchObject({ ok: true });
  expect(collide(one, other)).toBe(true);
});

test.each(mixedLookalikeNames)("S48 a name of old that differs by %s collides", (_what, one, other) => {
  expect(collide(one, other)).toBe(true);
});

test.each([
  ["Ali", "All"],
  ["Nick", "Vick"],
  ["Ray", "Yay"],
  ["Bob", "Boss"],
  ["ian", "lan"],
  ["Ada", "Adá"],
  ["Ada 1", "Ada1"],
  ["Ada.B", "Ada_B"],
  ["さくら", "サクラ"],
])("S48 %s and %s are two names", (one, other) => {
  expect(collide(one, other)).toBe(false);
});

test("S48 the key of a key is the key", () => {
  fc.assert(
    fc.property(names, (name) => {
      for (const key of [name.folded, name.skeleton])
        expect(nameKeys(key)).toEqual({ folded: key, skeleton: key });
    }),
    { seed: 39, numRuns: 2_000 },
  );
});

test("S48 every letter has keys that are settled and blind to case", () => {
  const cased = (letter: string) => [letter.toUpperCase(), letter.toLowerCase()];
  const astray = lettersOfAllScripts.filter((letter) => {
    const keys = nameKeys(letter);
    const unsettled = Object.values(keys).some((key) => key !== letter && nameKeys(key).folded !== key);
    return unsettled || cased(letter).some((it) => it !== letter && nameKeys(it).folded !== keys.folded);
  });
  expect(astray).toEqual([]);
});

test("S48 a name in other case collides", () => {
  fc.assert(
    fc.property(names, ({ name, folded }) => {
      expect(nameKeys(name.toUpperCase()).folded).toBe(folded);
      expect(nameKeys(name.toLowerCase()).folded).toBe(folded);
    }),
    { seed: 39, numRuns: 2_000 },
  );
});

test("S48 invisible characters change no key", () => {
  expect(nameKeys("A\u200Bd\u00ADa\uFE0F")).toEqual(nameKeys("Ada"));
});
