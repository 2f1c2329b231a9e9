import { describe, expect, test } from "bun:test";
import { type Config, loadConfig } from "../../src/config/config";
import type { Database } from "../../src/db/database";
import { loadKeyRing } from "../../src/session/keys";
import { createStores } from "../../src/stores";
import { endpointUrlProblem } from "../../src/webhooks/endpoint-url";
import { endpointSecrets, newEndpointSecret, openEndpoint } from "../../src/webhooks/endpoints";
import { inFolder } from "../config/support";
import { TestClock } from "../support/clock";
import { forEachDatabase } from "../support/databases";

const secretOf = (letter: string) => `${letter}-0f1e2d3c4b5a69788796a5b4c3d2e1f0`.repeat(2);

function configOf(current: string, ...accepted: string[]): Config {
  const config = inFolder((cwd) => loadConfig({ cwd, env: { JWT_SECRET: secretOf(current) } }));
  const others = accepted.map((letter) => ({ algorithm: "HS256" as const, secret: secretOf(letter) }));
  return { ...config, security: { ...config.security, accepted: others } };
}

async function serverWith(database: Database, current: string, ...accepted: string[]) {
  const config = configOf(current, ...accepted);
  const { webhooks } = createStores(database, new TestClock(), config);
  const secrets = endpointSecrets(await loadKeyRing(config.security, config.dataDir));
  const open = async (id: string) => {
    const row = await webhooks.find(id);
    return row && openEndpoint({ webhooks, secrets }, row);
  };
  return { webhooks, secrets, open };
}

describe("an endpoint's secret", () => {
  forEachDatabase((openDatabase) => {
    const withEndpoint = async (work: (database: Database, id: string, secret: string) => Promise<void>) => {
      const database = await openDatabase();
      try {
        const { webhooks, secrets } = await serverWith(database, "a");
        const [id, secret] = [Bun.randomUUIDv7(), newEndpointSecret()];
        const url = "https://hooks.example/";
        await webhooks.add({ id, url, secretJwe: await secrets.encrypt(secret), eventTypes: [] });
        await work(database, id, secret);
      } finally {
        await database.close();
      }
    };

    test("is not in the database in clear", () =>
      withEndpoint(async (database, _, secret) => {
        const { rows } = await database.pool.query(
          "SELECT webhook_endpoints::text AS row FROM webhook_endpoints",
        );
        expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
        expect(rows).toHaveLength(1);
        expect(rows[0].row).not.toContain(secret.slice(6));
      }));

    test("is read under a secret of the server's that has rotated, and encrypted anew, so that the old one may go", () =>
      withEndpoint(async (database, id, secret) => {
        expect((await (await serverWith(database, "b", "a")).open(id))?.secret).toBe(secret);
        expect((await (await serverWith(database, "b")).open(id))?.secret).toBe(secret);
      }));

    test("is null once the secret that it was encrypted under is gone", () =>
      withEndpoint(async (database, id) => {
        expect(await (await serverWith(database, "b")).open(id)).toBeNull();
      }));
  });
});

describe("an endpoint's URL", () => {
  test.each([
    ["https://hooks.example/account?x=1", null],
    ["http://hooks.example/", "is not https:"],
    ["http://localhost:3000/", "is not https:"],
    ["ftp://hooks.example/", "is not https:"],
    ["hooks.example", "is no URL"],
    ["https://ada:secret@hooks.example/", "has a user name in it, which logs of proxies show"],
    ["https://hooks.example/#here", "has a fragment, which no server gets"],
    [`https://hooks.example/${"x".repeat(2_048)}`, "has more than 2048 characters"],
  ])("in production %s: %j", (url, problem) => {
    expect(endpointUrlProblem(url, true)).toBe(problem);
  });

  test("may be http: to this machine in development", () => {
    expect(endpointUrlProblem("http://localhost:3000/hooks", false)).toBeNull();
    expect(endpointUrlProblem("http://hooks.example/", false)).toBe(
      "is neither https: nor http: to this machine",
    );
  });
});
