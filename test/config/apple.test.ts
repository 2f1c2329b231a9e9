import { expect, test } from "bun:test";
import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadConfig } from "../../src/config/config";
import { inFolder, load, PRODUCTION, problem, problems } from "./support";

const pem = (namedCurve: string) =>
  generateKeyPairSync("ec", {
    namedCurve,
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  }).privateKey;
const KEY = pem("P-256");
const APPLE = {
  APPLE_CLIENT_ID: "example.studio.web",
  APPLE_TEAM_ID: "TEAM567890",
  APPLE_KEY_ID: "KEY4567890",
  APPLE_PRIVATE_KEY: KEY,
};
const production = (changes: Record<string, string | undefined>) =>
  problem({ env: { ...PRODUCTION, ...APPLE, ...changes } });

test("production has Apple with its four settings, and none without any", () => {
  const { apple } = load({
    env: { ...PRODUCTION, ...APPLE },
    yaml: "apple: { additional_client_ids: [example.studio.game] }",
  });
  expect(apple).toEqual({
    local: false,
    clientIds: ["example.studio.web", "example.studio.game"],
    teamId: "TEAM567890",
    keyId: "KEY4567890",
    privateKey: KEY,
    url: "https://appleid.apple.com",
  });
  expect(load({ env: PRODUCTION }).apple).toBeNull();
});

test("development has the stand-in where nothing is set, of Google neither", () => {
  expect(load().apple).toMatchObject({ local: true, clientIds: ["localhost.game.web", "localhost.game"] });
  const { GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET } = PRODUCTION;
  expect(load({ env: { GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET } }).apple).toBeNull();
  expect(load({ env: APPLE }).apple).toMatchObject({ local: false, clientIds: ["example.studio.web"] });
});

test.each(["APPLE_CLIENT_ID", "APPLE_TEAM_ID", "APPLE_KEY_ID", "APPLE_PRIVATE_KEY"])(
  "S24 half of Apple, without %s, stops the start",
  (name) => {
    expect(production({ [name]: undefined })).toStartWith(`${name}: missing`);
  },
);

test("bundle ids alone are half of Apple", () => {
  const yaml = "apple: { additional_client_ids: [example.studio.game] }";
  expect(problem({ env: PRODUCTION, yaml })).toStartWith("APPLE_CLIENT_ID: missing");
});

test.each([
  ["no key", "not a key"],
  ["a key of another curve", pem("P-384")],
  [
    "a public key",
    generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({ type: "spki", format: "pem" }),
  ],
])("S24 %s is refused by name, and not shown", (_what, APPLE_PRIVATE_KEY) => {
  const told = production({ APPLE_PRIVATE_KEY: String(APPLE_PRIVATE_KEY) });
  expect(told).toBe("APPLE_PRIVATE_KEY: must be the P-256 key of Apple's .p8 file, in PEM (PKCS #8)");
});

test("the key may have its newlines as two characters, or be in a file", () => {
  const env = { ...PRODUCTION, ...APPLE, APPLE_PRIVATE_KEY: KEY.replaceAll("\n", "\\n") };
  expect(load({ env }).apple?.privateKey).toBe(KEY);
  inFolder((cwd) => {
    writeFileSync(join(cwd, "AuthKey.p8"), KEY);
    const inFile = { ...env, APPLE_PRIVATE_KEY: undefined, APPLE_PRIVATE_KEY_FILE: "AuthKey.p8" };
    expect(loadConfig({ cwd, env: inFile }).apple?.privateKey).toBe(KEY);
  });
});

test("a key file that is not there, or is set beside the key, stops the start", () => {
  expect(production({ APPLE_PRIVATE_KEY: undefined, APPLE_PRIVATE_KEY_FILE: "none.p8" })).toBe(
    "APPLE_PRIVATE_KEY_FILE: cannot be read (ENOENT)",
  );
  expect(production({ APPLE_PRIVATE_KEY_FILE: "none.p8" })).toStartWith(
    "APPLE_PRIVATE_KEY_FILE: is set beside",
  );
});

test("ids that are not Apple's are refused, and a stand-in in production is", () => {
  expect(problems({ env: { ...PRODUCTION, ...APPLE, APPLE_TEAM_ID: "team" } })).toContain(
    "APPLE_TEAM_ID: must be ten letters and digits",
  );
  expect(production({ APPLE_URL: "http://127.0.0.1:8001/apple" })).toBe(
    "APPLE_URL: a stand-in on this machine is refused in production",
  );
});
