import { expect, test } from "bun:test";
import { ExpiringMap } from "../../src/stand-ins/expiring-map";

function expiringMap() {
  const clock = { seconds: 1_000_000, now: () => new Date(clock.seconds * 1000) };
  return { clock, map: new ExpiringMap<string>({ clock, lifetimeSeconds: 10, capacity: 3 }) };
}

test("an entry lives for its lifetime", () => {
  const { clock, map } = expiringMap();
  map.set("a", "1");
  clock.seconds += 9;
  expect(map.get("a")).toEqual({ value: "1", expiresAt: 1_000_010 });
  clock.seconds += 1;
  expect(map.get("a")).toBeUndefined();
});

test("an entry can be taken once", () => {
  const { map } = expiringMap();
  map.set("a", "1");
  expect([map.take("a"), map.take("a")]).toEqual(["1", undefined]);
});

test("the oldest makes room when the map is full", () => {
  const { map } = expiringMap();
  for (const key of ["a", "b", "c", "d"]) map.set(key, key);
  expect(map.get("a")).toBeUndefined();
  expect(map.get("b")?.value).toBe("b");
  expect(map.size).toBe(3);
});

test("the dead are forgotten when something is added", () => {
  const { clock, map } = expiringMap();
  map.set("a", "1");
  map.set("b", "2");
  clock.seconds += 10;
  map.set("c", "3");
  expect(map.size).toBe(1);
});
