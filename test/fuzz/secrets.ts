import type { Database } from "../../src/db/database";
import { openLimitStore } from "../../src/limits/store";
import { type OpenDatabase, openEmbeddedForTest, openPostgresForTest } from "../support/databases";
import { withClients } from "../support/oauth";
import type { Proof } from "../support/proof";
import { CLIENT_SECRET, JWT_SECRET, startTestServer } from "../support/server";
import { Needles } from "./support/needles";
import { SecretTraffic } from "./support/secret-traffic";

/** Varied traffic, then a search of everything that was written or said for everything that was secret. */
function secrets(kind: Database["kind"], open: OpenDatabase): Proof {
  return {
    name: `secrets, ${kind}`,
    title: `S11 S39 S57 on ${kind}, no log, table, error or URL holds a token, code or secret that was used`,
    database: kind,
    shortRounds: 1,
    longRounds: 60,
    share: 1,
    prepare: async (run) => async () => {
      const database = await open();
      const needles = new Needles();
      needles.add("JWT_SECRET", JWT_SECRET);
      needles.add("the client secret", CLIENT_SECRET);
      const urls: string[] = [];
      const limitStore = await openLimitStore(
        kind === "postgres" ? { enabled: true, store: "postgres" } : { enabled: true, store: "memory" },
        database,
        () => {},
      );
      const server = await startTestServer({
        database,
        limitStore,
        adjust: withClients,
        env: { RATE_LIMIT: "on", LOG_LEVEL: "trace" },
        fetch: (input, init) => {
          urls.push(String(input instanceof Request ? input.url : input));
          noteBody(needles, init?.body);
          if (run.random.integer(0, 9) === 0)
            throw new Error(`failed: ${JSON.stringify(init)} ${init?.body}`);
          return fetch(input, init);
        },
      });
      const traffic = new SecretTraffic(run, server, needles);
      for (let player = 0; player < 6; player++) await traffic.play();
      await withTalkativeDatabase(database, () => traffic.play());

      const places: [string, string][] = [
        ["login.log", JSON.stringify(await server.logLines())],
        ["the terminal", server.terminal()],
        ["errors", traffic.errors.join("\n")],
        ["URLs asked of Google", urls.join("\n")],
        ...(await dump(database)),
      ];
      for (const [place, text] of places) {
        const found = needles.in(text);
        run.check(found.length === 0, `${place}: ${found.join(", ")}`);
      }
      run.check(needles.count > 50 && traffic.errors.length > 20, "there was something to look for");
      await server.stop();
      await database.close();
    },
  };
}

export const secretsEmbedded = secrets("embedded", openEmbeddedForTest);
export const secretsPostgres = secrets("postgres", openPostgresForTest);

/** Every table's every row, as text; bytes as hexadecimal. */
async function dump({ pool }: Database): Promise<[table: string, rows: string][]> {
  const { rows: tables } = await pool.query<{ name: string }>(
    "SELECT quote_ident(table_name) AS name FROM information_schema.tables WHERE table_schema = 'public'",
  );
  return Promise.all(
    tables.map(async ({ name }): Promise<[string, string]> => {
      const { rows } = await pool.query<{ row: string }>(`SELECT t::text AS row FROM ${name} AS t`);
      return [`table ${name}`, rows.map(({ row }) => row).join("\n")];
    }),
  );
}

/** What went to Google: codes, our verifier, tokens. */
function noteBody(needles: Needles, body: unknown): void {
  const members = new URLSearchParams(String(body ?? ""));
  for (const name of ["code", "code_verifier", "access_token"]) {
    needles.add(`Google's ${name}`, members.get(name) ?? undefined);
  }
}

/** Meanwhile statements fail now and then, with errors that quote what they were given. */
async function withTalkativeDatabase({ pool }: Database, work: () => Promise<void>): Promise<void> {
  const query = pool.query;
  let count = 0;
  pool.query = ((...given: Parameters<typeof query>) => {
    if (count++ % 3 === 2) return Promise.reject(new Error(`failed: ${JSON.stringify(given)}`));
    return query.apply(pool, given);
  }) as typeof query;
  await work().catch(() => {});
  pool.query = query;
}
