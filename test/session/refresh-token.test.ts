import { expect, test } from "bun:test";
import { loadConfig } from "../../src/config/config";
import { loadKeyRing } from "../../src/session/keys";
import { createRefreshTokens } from "../../src/session/refresh-token";
import { JWT_SECRET } from "../support/server";

const ring = async (JWT_SECRET: string) =>
  loadKeyRing(loadConfig({ cwd: import.meta.dirname, env: { JWT_SECRET } }).security, "");
const ours = createRefreshTokens(await ring(JWT_SECRET));
const theirs = createRefreshTokens(await ring("another secret of thirty-two bytes or more"));
const content = { sessionId: "01985f3a-7c1e-7000-8000-6d1f2a9b3c4d", generation: 7 };

test("a token gives back what it was made of", () => {
  for (const generation of [0, 1, 255, 65_536, 2 ** 32 - 1]) {
    expect(ours.open(ours.issue({ ...content, generation }))).toEqual({ ...content, generation });
  }
});

test("S28 the same step always has the same token, and every other step another", () => {
  expect(ours.issue(content)).toBe(ours.issue({ ...content }));
  expect(ours.issue(content)).not.toBe(ours.issue({ ...content, generation: 8 }));
});

test("a token of another secret is none", () => {
  expect(ours.open(theirs.issue(content))).toBeNull();
});

test("every changed character, missing byte and added byte is noticed", () => {
  const token = ours.issue(content);
  for (let index = 0; index < token.length; index++) {
    for (const other of ["A", "B", "_", "="]) {
      if (token[index] === other) continue;
      expect(ours.open(token.slice(0, index) + other + token.slice(index + 1))).toBeNull();
    }
    expect(ours.open(token.slice(0, index))).toBeNull();
  }
  for (const other of [
    `${token}A`,
    `${token}=`,
    ` ${token}`,
    token.replaceAll("-", "+").replaceAll("_", "/"),
  ]) {
    if (other !== token) expect(ours.open(other)).toBeNull();
  }
});

test.each(["", "a", "ü".repeat(71), "\0".repeat(71), "A".repeat(71), "A".repeat(1_000_000)])(
  "a string like %j is no token",
  (text) => {
    expect(ours.open(text)).toBeNull();
  },
);
