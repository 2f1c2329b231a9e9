import { describe, expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { GUESSES, isGuessable } from "../../src/config/guessable";
import { STRONG_SECRET } from "./support";

const isWeak = (secret: string) => isGuessable(secret, GUESSES.secret);

describe("nothing that a generator made can be guessed", () => {
  test.each([
    ["openssl rand -hex 16", () => randomBytes(16).toString("hex")],
    ["openssl rand -hex 32", () => randomBytes(32).toString("hex")],
    ["openssl rand -base64 32", () => randomBytes(32).toString("base64")],
    ["openssl rand -base64 48, for a URL", () => randomBytes(48).toString("base64url")],
  ])("%s", (_command, make) => {
    const secrets = Array.from({ length: 40 }, make);
    expect(secrets.filter(isWeak)).toEqual([]);
  });

  test("the tests' own secret", () => {
    expect(isWeak(STRONG_SECRET)).toBe(false);
  });
});

test.each([
  "deadbeefcafebabedeadbeefcafebabe",
  "1q2w3e4r5t6y7u8i9o0p1q2w3e4r5t6y",
  "P4ssw0rd!P4ssw0rd!P4ssw0rd!P4ssw0rd!",
  "aB1aB1aB1aB1aB1aB1aB1aB1aB1aB1aB1aB1",
])("what only looks random can: %s", (secret) => {
  expect(isWeak(secret)).toBe(true);
});

test("what was told about the secret counts as a word", () => {
  expect(isGuessable("zorblax-quimby", GUESSES.password)).toBe(false);
  expect(isGuessable("zorblax-quimby", GUESSES.password, ["zorblax", "quimby"])).toBe(true);
});

test("the dictionaries are loaded only for what looks made up by somebody", () => {
  const loads = (secret: string) => {
    const code = `
      const { isGuessable } = require(${JSON.stringify(join(import.meta.dirname, "../../src/config/guessable.ts"))});
      isGuessable(${JSON.stringify(secret)}, 20);
      process.stdout.write(String(Object.keys(require.cache).some((path) => path.includes("zxcvbn"))));`;
    return Bun.spawnSync([process.execPath, "-e", code]).stdout.toString();
  };
  expect(loads("8d182dfe262a13133435a749dc08ad44196577b61da77cebf8976dab867b0789")).toBe("false");
  expect(loads("UL+1Nwt78xJuTHM7y5jQhv3KxUe6lidVcrEYsZbJrgA=")).toBe("false");
  expect(loads("changemechangemechangemechangeme")).toBe("true");
});
