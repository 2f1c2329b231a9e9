import { SQL } from "bun";
import { createAuthorizationStore } from "../../../src/authorization/store";
import type { Database } from "../../../src/db/database";
import type { RunStatement } from "../../../src/db/statements";
import { createIdentityStore } from "../../../src/identity/store";
import { createSessionStore } from "../../../src/session/store";
import { createUserStore } from "../../../src/users/store";
import { config, serve } from "./hand-written";

// The bound: this server's own statements through Bun's built-in PostgreSQL client.
const sql = new SQL(String(process.env.DATABASE_URL), { max: 10 });

const run = (async (_name, text, values = []) => {
  const rows = await sql.unsafe(text, [null, ...values]);
  return { rows, rowCount: rows.count };
}) as RunStatement;
// None of the routes makes a query of Prisma's.
const noPrisma = {} as Database;
const sessions = createSessionStore(noPrisma, run, config.security);
const authorizations = createAuthorizationStore(run);
const identities = createIdentityStore(run, config.names);
const users = createUserStore(run, config.names);

serve({
  ...sessions,
  ...identities,
  ...users,
  ...authorizations,
  async signIn(who, opening, idToken) {
    if (!idToken) return identities.signIn(who, opening);
    return (await identities.signInOnce(who, opening, idToken)).known;
  },
});
