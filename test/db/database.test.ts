import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Database } from "../../src/db/database";
import { forEachDatabase } from "../support/databases";

forEachDatabase((open) => {
  let database: Database;
  beforeAll(async () => {
    database = await open();
  }, 30_000);
  afterAll(() => database.close());

  test("answers a ping", () => database.ping());
});
