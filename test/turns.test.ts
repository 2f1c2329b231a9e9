import { expect, test } from "bun:test";
import { createTurns } from "../src/turns";
import { rejection } from "./support/rejection";

const turnsOf = (maximumWaiting = 10, waitMs = 1_000) =>
  createTurns({ maximumWaiting, waitMs, refused: () => new Error("refused") });

test("of one key one thing runs at a time, in the order of asking", async () => {
  const turns = turnsOf();
  const story: string[] = [];
  const work = (name: string) => async () => {
    story.push(`${name} begins`);
    await Bun.sleep(1);
    story.push(`${name} ends`);
  };
  await Promise.all(["a", "b", "c"].map((name) => turns.run("key", work(name))));
  expect(story).toEqual(["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]);
});

test("other keys do not wait", async () => {
  const turns = turnsOf();
  const { promise, resolve } = Promise.withResolvers<void>();
  const held = turns.run("one", () => promise);
  expect(await turns.run("other", async () => "done")).toBe("done");
  resolve();
  await held;
});

test("what throws gives its turn on", async () => {
  const turns = turnsOf();
  const failing = turns.run("key", () => Promise.reject(new Error("broken")));
  const next = turns.run("key", async () => "done");
  expect((await rejection(failing)).message).toContain("broken");
  expect(await next).toBe("done");
});

test("more than may wait are refused at once", async () => {
  const turns = turnsOf(2);
  const { promise, resolve } = Promise.withResolvers<void>();
  const fitting = [1, 2, 3].map(() => turns.run("key", () => promise));
  expect((await rejection(turns.run("key", async () => {}))).message).toContain("refused");
  resolve();
  await Promise.all(fitting);
});

test("who waits too long is refused, and nobody overtakes the one that runs", async () => {
  const turns = turnsOf(10, 5);
  let running = 0;
  let most = 0;
  const work = async () => {
    most = Math.max(most, ++running);
    await Bun.sleep(30);
    running--;
  };
  const first = turns.run("key", work);
  expect(await turns.run("key", work).catch(({ message }) => message)).toBe("refused");
  const third = turns.run("key", work).catch(({ message }) => message);
  await first;
  await third;
  await turns.run("key", work);
  expect(most).toBe(1);
});
