import { afterAll, beforeAll, describe } from "bun:test";
import { type Database, over } from "../../src/db/database";
import { openInMemory } from "../../src/db/embedded";
import { applyMigrations } from "../../src/db/migrations";
import { startTestServer, type TestServer, type TestServerOptions } from "./server";

export type Suite = { server: TestServer };
let embedded: Promise<Database> | undefined;

async function open(): Promise<Database> {
  const { pool, close } = await openInMemory();
  await applyMigrations(pool);
  return over(pool, "embedded", close);
}

export function onBothDatabases(
  tests: (at: Suite) => void,
  options: Omit<TestServerOptions, "database"> = {},
): void {
  describe("embedded", () => onEmbedded(tests, options));
}

export function onEmbedded(
  tests: (at: Suite) => void,
  options: Omit<TestServerOptions, "database"> = {},
): void {
  const at = {} as Suite;
  beforeAll(async () => {
    embedded ??= open();
    at.server = await startTestServer({ database: await embedded, ...options });
  }, 30_000);
  afterAll(async () => {
    await at.server.stop();
  });
  tests(at);
}
