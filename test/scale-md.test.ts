import { beforeAll, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { freshAccount, freshName, googleTokens, refresh, signIn } from "./support/players";
import { type Answer, bearer, get, post } from "./support/requests";
import type { TestServer } from "./support/server";
import { onEachDatabase } from "./support/suite";

const page = readFileSync(join(import.meta.dirname, "../docs/scale.md"), "utf8");

/** The rows of "What a request touches": of each request the tables that it writes, and the sequences that it draws from. */
const TOLD = new Map(
  page
    .split("\n")
    .map((line) => line.split(" | "))
    .filter(([first]) => first?.startsWith("| **"))
    .map(([request = "", , , written = "", drawn = ""]) => [
      request.replace(/^\| \*\*(.*)\*\*.*/, "$1"),
      { written: namesIn(written), drawn: namesIn(drawn) },
    ]),
);

function namesIn(cell: string): string[] {
  return [...cell.matchAll(/`(\w+)`/g)].map(([, name = ""]) => name).sort();
}

/** Makes a request of a player who is ready for it. */
type Prepared = () => Promise<Answer>;

const REQUESTS: Record<string, (server: TestServer) => Promise<Prepared>> = {
  me: async (server) => {
    const session = await signIn(server);
    return () => get(server, "/api/me", bearer(session));
  },
  refresh: async (server) => {
    const session = await signIn(server);
    return () => refresh(server, session);
  },
  "sign-in by id token": async (server) => {
    const account = freshAccount();
    await signIn(server, { account });
    const { id_token } = await googleTokens(server, { account });
    return () => post(server, "/api/login", { id_token });
  },
  "first sign-in by id token": async (server) => {
    const { id_token } = await googleTokens(server);
    return () => post(server, "/api/login", { id_token });
  },
  rename: async (server) => {
    const session = await signIn(server);
    return () => post(server, "/api/update_username", { new_username: freshName() }, bearer(session));
  },
};

test("docs/scale.md tells of the requests that are tried here", () => {
  expect([...TOLD.keys()]).toEqual(Object.keys(REQUESTS));
});

onEachDatabase((at) => {
  const query = async (text: string) => (await at.server.database.pool.query(text)).rows;

  beforeAll(async () => {
    await query("CREATE TABLE written (name text)");
    await query(`CREATE FUNCTION note_written() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN INSERT INTO written VALUES (TG_TABLE_NAME); RETURN NULL; END $$`);
    const tables = await query(
      "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND tablename <> 'written'",
    );
    for (const { tablename } of tables)
      await query(`CREATE TRIGGER note_written AFTER INSERT OR UPDATE OR DELETE ON "${tablename}"
        FOR EACH ROW EXECUTE FUNCTION note_written()`);
  });

  const drawnSoFar = async () =>
    new Map(
      (await query("SELECT sequencename, last_value FROM pg_sequences")).map(
        ({ sequencename, last_value }) => [String(sequencename), String(last_value)] as const,
      ),
    );

  test.each(Object.entries(REQUESTS))(
    "a %s writes the tables and draws from the sequences that docs/scale.md says",
    async (name, prepare) => {
      const request = await prepare(at.server);
      const before = await drawnSoFar();
      await query("DELETE FROM written");
      expect((await request()).status).toBe(200);
      const written = await query("SELECT DISTINCT name FROM written ORDER BY name");
      const after = await drawnSoFar();
      const drawn = [...after.keys()].filter((sequence) => after.get(sequence) !== before.get(sequence));
      expect({ written: written.map((row) => row.name), drawn: drawn.sort() }).toEqual(TOLD.get(name)!);
    },
  );
});
