import { expect, test } from "bun:test";
import { restartPause } from "../../src/host/restart-pause";

test("a process that does not get going is started later each time, and twice a minute at the least", () => {
  const pauses: number[] = [];
  for (let attempt = 0; attempt < 8; attempt++) pauses.push(restartPause(pauses.at(-1) ?? 0, 700));
  expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
});

test("one that has served for a while is started again after a second", () => {
  expect(restartPause(30_000, 30_000)).toBe(1_000);
  expect(restartPause(30_000, 29_999)).toBe(30_000);
});
