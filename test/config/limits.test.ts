import { expect, test } from "bun:test";
import { load, problem } from "./support";

const POSTGRES = { DB_USER: "accounts", DB_PASSWORD: "database-password" };
const store = (name: string) => `server:\n  rate_limit_store: ${name}\n`;

test("limits count in memory unless told otherwise, and can be switched off", () => {
  expect(load().limits).toEqual({ enabled: true, store: "memory" });
  expect(load({ env: { RATE_LIMIT: "off" } }).limits.enabled).toBe(false);
});

test("limits may be shared through PostgreSQL or Redis", () => {
  expect(load({ env: POSTGRES, yaml: store("postgres") }).limits).toEqual({
    enabled: true,
    store: "postgres",
  });
  const url = "rediss://:password@redis.example:6380/1";
  expect(load({ env: { REDIS_URL: url }, yaml: store("redis") }).limits).toEqual({
    enabled: true,
    store: "redis",
    url,
  });
});

test("a shared store must be there to be shared", () => {
  expect(problem({ yaml: store("postgres") })).toContain("rate_limit_store: postgres needs PostgreSQL");
  expect(problem({ yaml: store("redis") })).toContain("REDIS_URL: missing");
  expect(problem({ env: { REDIS_URL: "https://redis.example" }, yaml: store("redis") })).toContain(
    "must be a redis:// or rediss:// URL",
  );
  expect(problem({ yaml: store("memcached") })).toContain("server.rate_limit_store");
});
