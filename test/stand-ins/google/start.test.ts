import { expect, test } from "bun:test";
import { startLocalGoogle } from "../../../src/stand-ins/google/start";
import { rejection } from "../../support/rejection";

const clock = { now: () => new Date() };

test("a taken port is the system's own error", async () => {
  const google = startLocalGoogle({ port: 0, clock });
  const port = Number(new URL(google.origin).port);
  expect(() => startLocalGoogle({ port, clock })).toThrow(expect.objectContaining({ code: "EADDRINUSE" }));
  await google.stop();
});

test("stop closes the port", async () => {
  const google = startLocalGoogle({ port: 0, clock });
  await google.stop();
  expect(await rejection(fetch(google.origin))).toBeInstanceOf(Error);
});

test("a player keeps the same sub in every process", async () => {
  const subs = new Set<string>();
  for (let start = 0; start < 2; start++) {
    const google = startLocalGoogle({ port: 0, clock });
    const body = '{"account":"ada","scope":"profile"}';
    const headers = { "content-type": "application/json" };
    const response = await fetch(`${google.origin}/local/tokens`, { method: "POST", headers, body });
    subs.add(((await response.json()) as { account: { sub: string } }).account.sub);
    await google.stop();
  }
  expect(subs.size).toBe(1);
});
