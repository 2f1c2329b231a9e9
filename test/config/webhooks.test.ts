import { expect, test } from "bun:test";
import { load, PRODUCTION, problems } from "./support";

const withAddresses = (...addresses: string[]) => ({
  env: PRODUCTION,
  yaml: `webhooks:\n  allowed_addresses: ${JSON.stringify(addresses)}\n`,
});

test("production sends webhooks to public addresses alone, and to those that are named", () => {
  expect(load({ env: PRODUCTION }).webhooks).toEqual({ allowedAddresses: [] });
  expect(load(withAddresses("10.1.2.3", "fd00::/8")).webhooks).toEqual({
    allowedAddresses: ["10.1.2.3", "fd00::/8"],
  });
});

test("development sends them anywhere", () => {
  expect(load().webhooks).toEqual({ allowedAddresses: null });
});

test("what is no address is refused by its place", () => {
  expect(problems(withAddresses("10.0.0.1", "hooks.internal"))).toEqual([
    expect.stringContaining("webhooks.allowed_addresses.1"),
  ]);
});
