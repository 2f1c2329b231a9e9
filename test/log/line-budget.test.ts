import { expect, spyOn, test } from "bun:test";
import { createLineBudget } from "../../src/log/line-budget";

const times = (count: number, work: () => unknown) => Array.from({ length: count }, work);

test("ten lines of a kind pass, whatever other kinds do", () => {
  const budget = createLineBudget();
  expect(times(10, () => budget("a"))).toEqual(Array(10).fill(0));
  expect(budget("a")).toBeNull();
  expect(budget("b")).toBe(0);
});

test("a minute later the first line tells of those that were suppressed, once", () => {
  const budget = createLineBudget();
  times(25, () => budget("a"));
  const later = performance.now() + 60_001;
  using _ = spyOn(performance, "now").mockImplementation(() => later);
  expect([budget("a"), budget("a")]).toEqual([15, 0]);
});

test("kinds without end take no memory without end", () => {
  const budget = createLineBudget();
  times(10, () => budget("a"));
  for (let kind = 0; kind < 1_000; kind++) budget(`kind ${kind}`);
  expect(budget("a")).toBe(0);
});
