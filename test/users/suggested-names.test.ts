import { expect, test } from "bun:test";
import fc from "fast-check";
import { suggestNames } from "../../src/users/suggested-names";
import { parseUsername } from "../../src/users/username";
import { goodNames, refusedNames } from "../fixtures/hostile-strings";

/** A reproducible source (Park and Miller). */
function seeded(seed = 1): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

const take = (count: number, givenName?: string) =>
  suggestNames(givenName ?? null, seeded())
    .take(count)
    .map(({ name }) => name)
    .toArray();

test.each([
  ["Ada", "Ada"],
  ["  Jean\u00A0 Paul\t", "Jean Paul"],
  ["D\u2019Arcy \u{1F3AE}", "DArcy"],
  ["\u202EAda\u0000", "Ada"],
  ["Maximilian-Alexander Konstantin", "Maximilian-Alexander"],
  ["Anna Katharina Maria - Luise", "Anna Katharina Maria"],
  ["กิ่งแก้ว", "กิ่งแก้ว"],
  ["Bo", "Chef Bo"],
  ["Admin", "Chef Admin"],
  ["\u0411\u043E", "\u0411\u043E 10"],
])("the given name %j makes the first name %j", (given, first) => {
  expect(take(1, given)).toEqual([first]);
});

test("a given name that is taken gets a growing number, then an invented name follows", () => {
  const names = take(6, "Ada");
  expect(names.join("\n")).toMatch(
    /^Ada\nChef Ada\nAda \d{2}\nAda \d{3}\nAda \d{4}\n[A-Z][a-z]+ [A-Z][a-z]+$/,
  );
});

test("a long given name is cut between graphemes to make room for the number", () => {
  const [, numbered] = take(2, "Katharina-Wilhelmine");
  expect(numbered).toMatch(/^Katharina-Wilhelm \d{2}$/);
  expect(take(1, `${"ส้".repeat(10)}ที่`)).toEqual(["ส้".repeat(10)]);
});

test.each([undefined, "", "!!!", "\u0301\u0302", "\u0430da", "ada.byron@example.org"])(
  "%j gives an invented name",
  (given) => {
    expect(take(1, given)[0]).toMatch(/^[A-Z][a-z]{2,5} [A-Z][a-z]{2,5}$/);
  },
);

test("invented names never run out, nor outgrow what a name may be", () => {
  const names = take(2_000);
  expect(new Set(names).size).toBeGreaterThan(1_980);
  expect(names.at(-1)).toMatch(/ \d{6}$/);
});

test("extreme random numbers pick valid names", () => {
  for (const random of [() => 0, () => 1 - Number.EPSILON]) {
    expect(suggestNames("Ada", random).take(20).toArray()).toHaveLength(20);
  }
});

test("S48 whatever Google calls the player, the names are valid and come with their keys", () => {
  const texts = [...goodNames, ...refusedNames].map(([, text]) => text);
  fc.assert(
    fc.property(fc.oneof(fc.constantFrom(...texts), fc.string({ unit: "binary" })), (given) => {
      for (const username of suggestNames(given, seeded()).take(8)) {
        expect(parseUsername(username.name)).toEqual({ ok: true, ...username });
      }
    }),
    { seed: 39, numRuns: 300 },
  );
});
