import { describe, expect, test } from "bun:test";
import { isReadOnly } from "../../src/db/errors";
import { servingPool } from "../../src/db/postgres";
import { inPreparedTransaction, inTransaction } from "../../src/db/transaction";
import { postgresAvailable, testPostgres } from "../support/postgres";

describe.skipIf(!postgresAvailable())("a transaction", () => {
  for (const [name, run] of Object.entries({ inTransaction, inPreparedTransaction }))
    test(`S59 that meets a database which takes no writes any more leaves its connection to nobody (${name})`, async () => {
      const { createDatabase } = await testPostgres();
      const pool = servingPool({ ...(await createDatabase()), poolSize: 2 });
      // One connection that leads to a server which has become a standby, as behind a failover.
      const demoted = await pool.connect();
      await demoted.query("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY");
      demoted.release();
      const write = () =>
        run(pool, ({ query }) => query({ name: "w", text: "UPDATE users SET stars = 0 WHERE false" }));
      const refusal = await write().catch((error) => error);
      expect(isReadOnly(refusal)).toBe(true);
      expect((await write()).rowCount).toBe(0);
      await pool.end();
    });
});
