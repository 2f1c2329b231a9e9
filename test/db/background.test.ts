import { describe, expect, test } from "bun:test";
import { openDatabase } from "../../src/db/database";
import { withClient } from "../../src/db/postgres";
import { postgresAvailable, testPostgres } from "../support/postgres";
import { waitsForLock } from "../support/test-database";

describe.skipIf(!postgresAvailable())("on a serializable database", () => {
  test("S27 a statement in the background that lost to another one is run again", async () => {
    const config = await (await testPostgres()).createDatabase();
    await withClient(config, async (client) => {
      await client.query(
        `ALTER DATABASE ${config.database} SET default_transaction_isolation = 'serializable'`,
      );
    });
    const database = await openDatabase({ ...config, poolSize: 2 });
    await withClient(config, async (client) => {
      await client.query("CREATE TABLE counted (n int); INSERT INTO counted VALUES (0)");
      const count = "UPDATE counted SET n = n + 1";
      await client.query("BEGIN");
      await client.query(count);
      const counting = database.background.query(count);
      await waitsForLock(database);
      await client.query("COMMIT");
      await counting;
      expect((await client.query("SELECT n FROM counted")).rows).toEqual([{ n: 2 }]);
    });
    await database.close();
  });
});
