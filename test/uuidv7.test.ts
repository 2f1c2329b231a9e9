import { expect, test } from "bun:test";
import { randomUuidv7 } from "../src/uuidv7";

test("says its version, its variant and its millisecond (RFC 9562 §5.7)", () => {
  const id = randomUuidv7(0x017f22e279b0);
  expect(id).toMatch(/^017f22e2-79b0-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test("ids of one millisecond sort as they were made, and those of a later one behind them", () => {
  const ids = Array.from({ length: 2_000 }, () => randomUuidv7(1_000));
  ids.push(randomUuidv7(1_001));
  expect(ids.toSorted()).toEqual(ids);
});

test("no two are alike, however many are made", () => {
  const ids = Array.from({ length: 100_000 }, () => randomUuidv7(1_000));
  expect(new Set(ids.map((id) => id.slice(19))).size).toBe(ids.length);
});
