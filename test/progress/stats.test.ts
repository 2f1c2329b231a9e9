import { expect, test } from "bun:test";
import fc from "fast-check";
import { mergedStats, type StatRules, statsWithoutMerge, withReported } from "../../src/progress/stats";

const RULES: StatRules = { best: "max", plates: "sum", map: "last" };

test("a report is taken by each stat's rule", () => {
  expect(
    withReported({ best: 5, plates: 5, map: 5, other: 1 }, { best: 3, plates: 3, map: 3 }, RULES),
  ).toEqual({
    best: 5,
    plates: 8,
    map: 3,
    other: 1,
  });
  expect(withReported({}, { best: -3, plates: -3, map: 0 }, RULES)).toEqual({ best: -3, plates: -3, map: 0 });
});

test("two players who become one have the larger, the sum, and the last of the one who is kept", () => {
  expect(
    mergedStats({ best: 5, plates: 5, map: 1, gone: 7 }, { best: 9, plates: 4, map: 2, gone: 8 }, RULES),
  ).toEqual({
    best: 9,
    plates: 9,
    map: 1,
    gone: 7,
  });
  expect(mergedStats({}, { map: 2, gone: 8 }, RULES)).toEqual({ map: 2, gone: 8 });
});

const stats = fc.dictionary(
  fc.constantFrom("best", "plates", "map", "gone"),
  fc.integer({ min: -99, max: 99 }),
  {
    noNullPrototype: true,
  },
);

test("a merge that is taken back at once leaves what there was before", () => {
  fc.assert(
    fc.property(stats, stats, (kept, givenUp) => {
      const after = mergedStats(kept, givenUp, RULES);
      expect(statsWithoutMerge(after, kept, after, RULES)).toEqual(kept);
    }),
  );
});

test("what was summed up since a merge stays when it is taken back, and so does a new record", () => {
  fc.assert(
    fc.property(stats, stats, fc.integer({ min: 1, max: 99 }), (kept, givenUp, more) => {
      const after = mergedStats(kept, givenUp, RULES);
      const now = withReported(after, { plates: more, best: (after.best ?? 0) + more, map: 1_000 }, RULES);
      const left = statsWithoutMerge(now, kept, after, RULES);
      expect(left).toEqual({
        ...kept,
        plates: (kept.plates ?? 0) + more,
        best: (after.best ?? 0) + more,
        map: 1_000,
      });
    }),
  );
});
