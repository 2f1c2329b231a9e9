import { afterAll, beforeAll } from "bun:test";
import type { Database } from "../../src/db/database";
import { forEachDatabase, type OpenDatabase, openEmbeddedForTest, openPostgresForTest } from "./databases";
import { startTestServer, type TestServer, type TestServerOptions } from "./server";
import { TEST_RUNTIME } from "./test-runtime";

/** What the tests of a suite share; there once the first of them runs. */
export type Suite = { readonly server: TestServer; readonly kind: Database["kind"] };

export type SuiteOptions = Omit<TestServerOptions, "database">;

/** Runs the same tests against a server on the embedded database and one on PostgreSQL. */
export function onEachDatabase(tests: (at: Suite) => void, options: SuiteOptions = {}): void {
  forEachDatabase((open, kind) => onServer(open, kind, tests, options));
}

/** Runs tests against a server on the embedded database, for what no database has a part in. */
export function onEmbedded(tests: (at: Suite) => void, options: SuiteOptions = {}): void {
  // A server in another process cannot have the database in this one.
  if (TEST_RUNTIME) onServer(openPostgresForTest, "postgres", tests, options);
  else onServer(openEmbeddedForTest, "embedded", tests, options);
}

function onServer(
  open: OpenDatabase,
  kind: Database["kind"],
  tests: (at: Suite) => void,
  options: SuiteOptions,
) {
  const at = { kind } as { -readonly [Member in keyof Suite]: Suite[Member] };
  const started = new AsyncDisposableStack();
  beforeAll(async () => {
    const database = await open();
    started.defer(() => database.close());
    at.server = await startTestServer({ database, ...options });
    started.defer(() => at.server.stop());
  }, 60_000);
  afterAll(() => started.disposeAsync());
  tests(at);
}
