import { expect, test } from "bun:test";
import { lazy } from "../src/lazy";
import { rejection } from "./support/rejection";

test("a load runs on first use, once for all who ask meanwhile and later", async () => {
  let loads = 0;
  const load = lazy(async () => ++loads);
  expect(loads).toBe(0);
  expect(await Promise.all([load(), load()])).toEqual([1, 1]);
  expect(await load()).toBe(1);
});

test("a load that failed is tried again, and its failure is not kept", async () => {
  let loads = 0;
  const load = lazy(async () => {
    if (++loads < 3) throw new Error(`load ${loads}`);
    return loads;
  });
  const together = await Promise.allSettled([load(), load()]);
  expect(together.map((each) => each.status === "rejected" && each.reason.message)).toEqual([
    "load 1",
    "load 1",
  ]);
  expect((await rejection(load())).message).toContain("load 2");
  expect([await load(), await load()]).toEqual([3, 3]);
});
