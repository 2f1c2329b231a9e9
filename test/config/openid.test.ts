import { expect, test } from "bun:test";
import { load, PRODUCTION, problem, problems } from "./support";

const yamlOf = (...issuers: Record<string, unknown>[]) => JSON.stringify({ openid: { issuers } });
const STUDIO = { id: "studio", issuer: "https://id.example/realms/studio", client_id: "game" };
const inProduction = (changes: object, env: Record<string, string> = {}) =>
  problem({ env: { ...PRODUCTION, ...env }, yaml: yamlOf({ ...STUDIO, ...changes }) });

test("issuers come from config.yml, their secrets from the environment", () => {
  const auth0 = {
    id: "auth0",
    issuer: "https://x.auth0.example/",
    client_id: "a",
    name: "Studio account",
    scope: "openid",
  };
  const { openid } = load({
    env: { ...PRODUCTION, OPENID_CLIENT_SECRETS: "auth0=pass=word==" },
    yaml: yamlOf(STUDIO, auth0),
  });
  expect(openid).toEqual({
    local: false,
    issuers: [
      {
        id: "studio",
        issuer: STUDIO.issuer,
        clientId: "game",
        clientSecret: null,
        name: "studio",
        scope: "openid profile email",
      },
      {
        id: "auth0",
        issuer: "https://x.auth0.example/",
        clientId: "a",
        clientSecret: "pass=word==",
        name: "Studio account",
        scope: "openid",
      },
    ],
  });
});

test("development has the stand-in where nothing is set, of Google neither", () => {
  expect(load().openid).toMatchObject({ local: true, issuers: [{ id: "openid" }] });
  const { GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET } = PRODUCTION;
  expect(load({ env: { GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET } }).openid.issuers).toEqual([]);
  expect(load({ yaml: yamlOf(STUDIO) }).openid).toMatchObject({ local: false, issuers: [{ id: "studio" }] });
  expect(load({ env: PRODUCTION }).openid).toEqual({ local: false, issuers: [] });
});

test.each([
  [{ id: "Studio" }, "config.yml: openid.issuers.0.id: must be 1 to 64 of a-z, 0-9, _ and -"],
  [{ id: "google" }, "config.yml: openid.issuers.0.id: is the name of a built-in provider"],
  [{ id: "guest" }, "config.yml: openid.issuers.0.id: is the name of a built-in provider"],
  [
    { issuer: "http://id.example" },
    "config.yml: openid.issuers.0.issuer: must be an https: URL (http: only to localhost)",
  ],
  [
    { issuer: "https://id.example/?a=1" },
    "config.yml: openid.issuers.0.issuer: must have no query, fragment or user name",
  ],
  [{ scope: "profile" }, "config.yml: openid.issuers.0.scope: must have openid among its words"],
  [{ client_id: "" }, expect.stringContaining("config.yml: openid.issuers.0.client_id: ")],
  [{ secret: "s" }, "config.yml: openid.issuers.0.secret: unknown setting"],
  [
    { issuer: "http://127.0.0.1:8001/openid" },
    "openid.issuers: a stand-in on this machine is refused in production",
  ],
])("S24 an issuer with %j stops the start", (changes, expected) => {
  expect(inProduction(changes)).toEqual(expected);
});

test("an issuer on this machine is for development", () => {
  const yaml = yamlOf({ ...STUDIO, issuer: "http://localhost:8080/realms/studio" });
  expect(problems({ yaml })).toEqual([]);
});

test("two issuers of one id stop the start", () => {
  expect(problem({ yaml: yamlOf(STUDIO, { ...STUDIO, issuer: "https://b.example" }) })).toBe(
    "config.yml: openid.issuers: must have another id for every issuer",
  );
});

test.each([
  ["sturdy-secret", "OPENID_CLIENT_SECRETS: pair 1 must be id=secret"],
  ["studio=one studio=sturdy-secret", "OPENID_CLIENT_SECRETS: has two secrets for studio"],
  [
    "other=sturdy-secret",
    "OPENID_CLIENT_SECRETS: has a secret for other, which openid.issuers does not name",
  ],
])("S24 secrets like %j stop the start, and are not shown", (OPENID_CLIENT_SECRETS, expected) => {
  const told = inProduction({}, { OPENID_CLIENT_SECRETS });
  expect(told).toBe(expected);
  expect(told).not.toContain("sturdy");
});
