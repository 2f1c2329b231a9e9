import { expect, test } from "bun:test";
import fc from "fast-check";
import { parseUsername } from "../../src/users/username";
import { goodNames, mixedLookalikeNames, refusedNames } from "../fixtures/hostile-strings";

test.each(refusedNames)("S47 S48 a name of %s is refused", (_what, text, reason) => {
  const { message, ...refusal } = parseUsername(text) as { message: string };
  expect(refusal).toEqual({ ok: false, reason });
  expect(message).toMatch(/^[A-Z][^.]*( \. _ - )?[^.]*\.$/);
});

test.each(goodNames)("S48 a name in %s is taken as it stands", (_what, name) => {
  expect(parseUsername(name)).toMatchObject({ ok: true, name: name.normalize("NFC") });
});

test.each(mixedLookalikeNames)(
  "S48 a name with %s is refused, for it mixes scripts",
  (_what, _one, other) => {
    expect(parseUsername(other)).toMatchObject({ ok: false, reason: "mixed_scripts" });
  },
);

test("S48 a name is kept in NFC, without the spaces around it", () => {
  expect(parseUsername("  Zoe\u0308 B  ")).toMatchObject({ ok: true, name: "Zo\u00EB B" });
});

test("S48 a decomposed name of twenty characters fits", () => {
  expect(parseUsername("\u1F82".repeat(20).normalize("NFD"))).toMatchObject({ ok: true });
});

test("S47 whatever the input, a name that passes can be stored, shown and passes again", () => {
  const pieces = [...goodNames, ...refusedNames].map(([, text]) => text.slice(0, 40));
  const hostile = fc
    .array(fc.constantFrom(...pieces, " ", "a"), { maxLength: 4 })
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(
      fc.oneof(hostile, fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" })),
      (input) => {
        const parsed = parseUsername(input);
        if (!parsed.ok) return;
        expect(parsed.name).toMatch(/^[\p{L}\p{M}\p{Nd}._\- ]{3,20}$/u);
        expect(parsed.name).not.toMatch(/^ | $| {2}|\p{C}/u);
        expect(parseUsername(parsed.name)).toEqual(parsed);
      },
    ),
    { seed: 39, numRuns: 2_000 },
  );
});
