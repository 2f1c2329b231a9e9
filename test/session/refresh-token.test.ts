import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadConfig } from "../../src/config/config";
import { loadKeyRing } from "../../src/session/keys";
import { createRefreshKeyRing } from "../../src/session/refresh-keys";
import { createRefreshTokens } from "../../src/session/refresh-token";
import { JWT_SECRET } from "../support/server";
import { temporaryFolder } from "../support/temporary";

const tokensOf = async (env: Record<string, string>) => {
  const { security } = loadConfig({ cwd: import.meta.dirname, env: { JWT_SECRET, ...env } });
  return createRefreshTokens(createRefreshKeyRing(security.refreshTokens, await loadKeyRing(security, "")));
};
const OWN = "9c1f6be09d0a4a7e8a1c53c7b2f0d4e65b7a8f9012c3d4e5f60718293a4b5c6d";
const NEW = "1d2c3b4a59687786950f1e2d3c4b5a69788796a5b4c3d2e1f06f1d2c3b4a5968";
const derived = await tokensOf({});
const ours = await tokensOf({ REFRESH_TOKEN_SECRET: OWN });
const theirs = await tokensOf({ JWT_SECRET: "another secret of thirty-two bytes or more" });
const content = { sessionId: "01985f3a-7c1e-7000-8000-6d1f2a9b3c4d", generation: 7 };

describe.each([
  ["with a key id", ours],
  ["derived from the access tokens' key", derived],
])("%s", (_what, tokens) => {
  test("a token gives back what it was made of", () => {
    for (const generation of [0, 1, 255, 65_536, 2 ** 31 - 2]) {
      const token = tokens.issue({ ...content, generation });
      expect(tokens.open(token)).toEqual({ knownKey: true, ...content, generation });
    }
  });

  test("S28 the same step always has the same token, and every other step another", () => {
    expect(tokens.issue(content)).toBe(tokens.issue({ ...content }));
    expect(tokens.issue(content)).not.toBe(tokens.issue({ ...content, generation: 8 }));
  });

  test("a generation that has no successor is none", () => {
    for (const generation of [2 ** 31 - 1, 2 ** 32 - 1])
      expect(tokens.open(tokens.issue({ ...content, generation }))).toBeNull();
  });

  test("every changed character, missing byte and added byte is noticed", () => {
    const token = tokens.issue(content);
    const isOpened = (text: string) => tokens.open(text)?.knownKey === true;
    for (let index = 0; index < token.length; index++) {
      for (const other of ["A", "B", "_", "="]) {
        if (token[index] === other) continue;
        expect(isOpened(token.slice(0, index) + other + token.slice(index + 1))).toBe(false);
      }
      expect(tokens.open(token.slice(0, index))).toBeNull();
    }
    for (const other of [
      `${token}A`,
      `${token}=`,
      ` ${token}`,
      token.replaceAll("-", "+").replaceAll("_", "/"),
    ]) {
      if (other !== token) expect(tokens.open(other)).toBeNull();
    }
  });
});

describe("a token of a key that is not here", () => {
  test("is known to be one, with its session, when it names its key", async () => {
    const other = await tokensOf({ REFRESH_TOKEN_SECRET: NEW });
    expect(ours.open(other.issue(content))).toEqual({ knownKey: false, sessionId: content.sessionId });
  });

  test("may be one when it names none", () => {
    expect(derived.open(theirs.issue(content))).toEqual({ knownKey: false, sessionId: content.sessionId });
  });

  test("is none when it names a key that is here, and that did not make it", () => {
    const token = ours.issue(content);
    expect(ours.open(token.slice(0, -1) + (token.endsWith("A") ? "B" : "A"))).toBeNull();
  });

  test("is none when its session's id is not one of ours", () => {
    const sessionId = "01985f3a-7c1e-4000-8000-6d1f2a9b3c4d";
    expect(derived.open(theirs.issue({ ...content, sessionId }))).toBeNull();
  });
});

describe("the ring", () => {
  test("is apart from the access tokens' secret: who holds that makes no token", () => {
    expect(ours.issue(content)).not.toBe(derived.issue(content));
  });

  test("accepts the keys before and after its own, and signs with its own", async () => {
    const before = await tokensOf({ REFRESH_TOKEN_SECRET: OWN, REFRESH_TOKEN_SECRET_NEXT: NEW });
    const after = await tokensOf({ REFRESH_TOKEN_SECRET: NEW, REFRESH_TOKEN_SECRET_PREVIOUS: OWN });
    expect(before.issue(content)).toBe(ours.issue(content));
    expect(before.open(after.issue(content))?.knownKey).toBe(true);
    expect(after.open(before.issue(content))?.knownKey).toBe(true);
  });

  test("accepts tokens from before it was there, until that is switched off", async () => {
    expect(ours.open(derived.issue(content))?.knownKey).toBe(true);
    using folder = temporaryFolder();
    writeFileSync(
      join(folder.path, "config.yml"),
      "security:\n  accept_refresh_tokens_of_jwt_secret: false\n",
    );
    const env = { JWT_SECRET, REFRESH_TOKEN_SECRET: OWN };
    const { security } = loadConfig({ cwd: folder.path, env });
    const strict = createRefreshTokens(
      createRefreshKeyRing(security.refreshTokens, await loadKeyRing(security, "")),
    );
    expect(strict.open(derived.issue(content))).toMatchObject({ knownKey: false });
  });

  test("is the next one's already while it is not there yet", async () => {
    const adopting = await tokensOf({ REFRESH_TOKEN_SECRET_NEXT: OWN });
    expect(adopting.issue(content)).toBe(derived.issue(content));
    expect(adopting.open(ours.issue(content))?.knownKey).toBe(true);
  });
});

test.each(["", "a", "ü".repeat(71), "\0".repeat(71), "A".repeat(71), "A".repeat(1_000_000)])(
  "a string like %j is no token",
  (text) => {
    expect(ours.open(text)).toBeNull();
  },
);
