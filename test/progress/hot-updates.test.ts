import { expect, test } from "bun:test";
import { onEachDatabase } from "../support/suite";

onEachDatabase((at) => {
  const indexed = async (table: string) => {
    const { rows } = await at.server.database.pool.query<{ column: string }>(
      `SELECT DISTINCT a.attname AS column FROM pg_index AS i
       JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
       WHERE i.indrelid = $1::regclass ORDER BY 1`,
      [table],
    );
    return rows.map(({ column }) => column);
  };

  test("no index stands on a column that a sign-in, a refresh or a picture changes, nor on stats", async () => {
    expect(await indexed("users")).toEqual([
      "deletes_at",
      "google_id",
      "id",
      "level",
      "merged_into",
      "name_folded",
      "name_skeleton",
      "stars",
    ]);
    expect(await indexed("player_progress")).toEqual(["user_id"]);
  });

  test("a page of a top list is read from its index, from the place where the page before ended", async () => {
    const { pool } = at.server.database;
    const client = await pool.connect();
    try {
      await client.query("BEGIN");
      await client.query(
        `INSERT INTO users (name, name_folded, name_skeleton, stars, level)
         SELECT n, 'top' || n, 'top' || n, n % 100, n % 50 + 1 FROM generate_series(1, 5000) AS n`,
      );
      await client.query("ANALYZE users");
      for (const by of ["stars", "level"]) {
        const { rows } = await client.query(
          `EXPLAIN SELECT u.id FROM users AS u WHERE (u.${by}, u.id) < (50, 7) AND u.banned_at IS NULL
           AND u.merged_into IS NULL ORDER BY u.${by} DESC, u.id DESC LIMIT 10`,
        );
        const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
        expect(plan).toContain(`Index Scan Backward using users_${by}_id_idx`);
        expect(plan).toContain("Index Cond: (ROW(");
        expect(plan).not.toContain("Sort");
      }
    } finally {
      await client.query("ROLLBACK");
      client.release();
    }
  });
});
