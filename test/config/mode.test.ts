import { describe, expect, test } from "bun:test";
import { load, PRODUCTION, problem, problems } from "./support";

test.each(["production", "production ", "PRODUCTION", " Production\n"])(
  "NODE_ENV=%j is production",
  (NODE_ENV) => {
    expect(load({ env: { ...PRODUCTION, NODE_ENV } }).mode).toBe("production");
  },
);

test.each(["development", "Development ", "test", ""])("NODE_ENV=%j is development", (NODE_ENV) => {
  expect(load({ env: { NODE_ENV } }).mode).toBe("development");
});

test.each(["prod", "productive", "live", "staging", " "])("NODE_ENV=%j is refused", (NODE_ENV) => {
  expect(problem({ env: { ...PRODUCTION, NODE_ENV } })).toBe(
    "NODE_ENV: must be production, development or test",
  );
});

test("NODE_ENV may be said in .env", () => {
  expect(problems({ dotEnv: "NODE_ENV=production\n" })).toContain("JWT_SECRET: missing");
});

test("production whose refresh tokens are made with the access tokens' secret warns", () => {
  const { REFRESH_TOKEN_SECRET: _, ...env } = PRODUCTION;
  expect(load({ env }).warnings).toContainEqual(expect.stringMatching(/^REFRESH_TOKEN_SECRET: not set/));
});

const PROXY_WARNING = expect.stringMatching(/^server\.trusted_proxies: none/);

test("production behind an https address and no trusted proxy warns", () => {
  expect(load({ env: { ...PRODUCTION, DB_HOST: "localhost" } }).warnings).toEqual([PROXY_WARNING]);
});

test("production with a trusted proxy, or an address of this machine, has nothing to warn of", () => {
  const yaml = "server: {trusted_proxies: [10.0.0.1]}\n";
  expect(load({ env: PRODUCTION, yaml }).warnings).toEqual([]);
  expect(load({ env: { ...PRODUCTION, SERVER_PUBLIC_URL: "http://localhost:8000" } }).warnings).toEqual([]);
});

describe("development that looks like production warns, and says what it leaves open", () => {
  const { GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET } = PRODUCTION;
  const google = { GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET };

  test.each([
    ["Google's own client", google, ["GOOGLE_CLIENT_ID is one of Google's"]],
    [
      "an https address",
      { SERVER_PUBLIC_URL: "https://accounts.example" },
      ["SERVER_PUBLIC_URL is an https address"],
    ],
    [
      "both",
      { ...google, SERVER_PUBLIC_URL: "https://accounts.example", NODE_ENV: "test" },
      ["GOOGLE_CLIENT_ID is one of Google's and SERVER_PUBLIC_URL is an https address"],
    ],
  ])("%s", (_what, env, signs) => {
    const { warnings } = load({ env });
    expect(warnings).toEqual(
      signs.map((sign) => expect.stringContaining(`NODE_ENV: is not production, and ${sign};`)),
    );
    for (const part of ["set NODE_ENV=production", "/play", "localhost", "certificate", "secret"])
      expect(warnings[0]).toContain(part);
  });

  test.each([
    ["nothing set", {}],
    ["an address of this machine", { SERVER_PUBLIC_URL: "https://localhost:8443" }],
    ["a Google on this machine", { ...google, GOOGLE_TOKEN_URL: "http://127.0.0.1:1/token" }],
  ])("and not with %s", (_what, env) => {
    expect(load({ env }).warnings).toEqual([]);
  });

  test("and not in production", () => {
    expect(load({ env: PRODUCTION }).warnings).toEqual([PROXY_WARNING]);
  });
});

test.each([
  ["SERVER_PORT", "tcp://10.96.0.11:8000"],
  ["DB_PORT", "tcp://10.96.0.12:5432"],
  ["DB_POOL_SIZE", "tcp://10.96.0.13:80"],
])("%s that a Kubernetes service sets says why", (name, value) => {
  expect(problem({ env: { DB_USER: "accounts", [name]: value } })).toBe(
    `${name}: is an address that Kubernetes sets for a service of this name; rename the service, or set enableServiceLinks: false for the pod`,
  );
});
