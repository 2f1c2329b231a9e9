import { expect, test } from "bun:test";
import { loadConfig } from "../../src/config/config";
import { createUserCodes } from "../../src/device/user-code";
import { loadKeyRing } from "../../src/session/keys";
import { JWT_SECRET } from "../support/server";
import { temporaryFolder } from "../support/temporary";

async function userCodes(secrets: Record<string, string>) {
  using folder = temporaryFolder();
  const env = { GOOGLE_CLIENT_ID: "game", GOOGLE_CLIENT_SECRET: "secret", ...secrets };
  const { security, dataDir } = loadConfig({ cwd: folder.path, env });
  return createUserCodes(await loadKeyRing(security, dataDir));
}

const NEXT_SECRET = JWT_SECRET.split("").reverse().join("");

test("a code is eight letters without vowels and Y, in two groups, and the next one is another", async () => {
  const codes = await userCodes({ JWT_SECRET });
  const made = Array.from({ length: 500 }, () => codes.create().code);
  for (const code of made) expect(code).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
  expect(new Set(made).size).toBe(500);
  expect(new Set(made.join("").replaceAll("-", "")).size).toBe(20);
});

test.each([
  ["WDJB-MJHT", "WDJB-MJHT"],
  ["wdjbmjht", "WDJB-MJHT"],
  [" wd jb – mj.ht ", "WDJB-MJHT"],
  ["WDJB-MJH", null],
  ["WDJB-MJHTT", null],
  ["WDJA-MJHT", null],
  ["", null],
])("%j is read as %j", async (typed, code) => {
  expect((await userCodes({ JWT_SECRET })).read(typed)).toBe(code);
});

test("a code that was made before the secret was rotated is still found", async () => {
  const before = (await userCodes({ JWT_SECRET })).create();
  const after = await userCodes({ JWT_SECRET: NEXT_SECRET, JWT_SECRET_PREVIOUS: JWT_SECRET });
  expect(after.hashes(before.code).map((hash) => hash.toString("hex"))).toContain(
    before.hash.toString("hex"),
  );
});
