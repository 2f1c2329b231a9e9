import { createPublicKey, type JsonWebKey, verify } from "node:crypto";
import { SQL } from "bun";
import { systemClock } from "../../../src/clock";
import { loadConfig } from "../../../src/config/config";
import type { Database } from "../../../src/db/database";
import type { RunStatement } from "../../../src/db/statements";
import { createIdempotencyKeyStore } from "../../../src/idempotency/store";
import { createJoinTicketStore } from "../../../src/join-tickets/store";
import { createProgressStore } from "../../../src/progress/store";
import { withChanges } from "../../../src/progress/with-changes";
import { createServerKeyStore } from "../../../src/server-keys/store";
import { createAccessTokens } from "../../../src/session/access-token";
import { createIssuer } from "../../../src/session/issuer";
import { loadKeyRing } from "../../../src/session/keys";
import { createSessionStore } from "../../../src/session/store";
import { sha256 } from "../../../src/sha256";
import { createUserStore } from "../../../src/users/store";

// The bound of what game servers ask: this server's own statements through Bun's built-in PostgreSQL client, and nothing
// around them: no framework, validation, log or request id.
const { env } = process;
const config = loadConfig({ cwd: process.cwd(), env });
const sql = new SQL(String(env.DATABASE_URL), { max: 10 });
type Sql = Pick<SQL, "unsafe">;

/** An array of integers is an Int32Array here. */
const runOn = (on: Sql) =>
  (async (_name, text, values = []) => {
    const rows = await on.unsafe(text, [null, ...values]);
    for (const row of rows) if (row.asked) row.asked = [...row.asked];
    return { rows, rowCount: rows.count };
  }) as RunStatement;
const run = runOn(sql);
const serverKeys = createServerKeyStore(run);
const sessions = createSessionStore({} as Database, run, config.security);
const joinTickets = createJoinTicketStore(run, config.security);
const access = createAccessTokens(
  await loadKeyRing(config.security, "/nonexistent"),
  {
    expiresInSeconds: config.security.accessTokenExpirySeconds,
    audience: config.security.audience,
    issuer: createIssuer(config.server),
    firstPartyIds: [],
  },
  systemClock,
);
const [row] = await sql.unsafe("SELECT public_jwk FROM signing_keys WHERE is_current");
const publicKey = createPublicKey({ key: row.public_jwk as JsonWebKey, format: "jwk" });

type Report = { id: number; changes: { stars?: number; stats?: Record<string, number> } };

Bun.serve({
  development: false,
  hostname: "127.0.0.1",
  port: Number(env.SERVER_PORT),
  routes: {
    "/oauth/introspect": {
      async POST(request) {
        if (!(await keyOf(request))) return refusal();
        const token = new URLSearchParams(await request.text()).get("token") ?? "";
        const verified = await access.verify(token);
        const user = verified && (await sessions.findUser(verified.sessionId, verified.userId));
        return Response.json(
          user ? { active: true, username: user.name, ...verified.claims } : { active: false },
        );
      },
    },
    "/api/join_tickets/redeem": {
      async POST(request) {
        const key = await keyOf(request);
        if (!key) return refusal();
        const ticket = opened(((await request.json()) as { ticket: string }).ticket, key.server);
        const joined = ticket && (await joinTickets.redeem(ticket));
        return joined ? Response.json({ status: "success", ...joined }) : refusal();
      },
    },
    "/api/matches": {
      async POST(request) {
        const key = await keyOf(request);
        if (!key) return refusal();
        const { players } = (await request.json()) as { players: Report[] };
        const claim = { keyId: key.id, keyHash: sha256(request.headers.get("idempotency-key") ?? "") };
        return sql.begin(async (transaction) => {
          const own = runOn(transaction as unknown as Sql);
          const idempotencyKeys = createIdempotencyKeyStore(own);
          const { isOurs, earlier } = await idempotencyKeys.claim(claim);
          if (!isOurs || earlier) return refusal();
          const progress = createProgressStore(own);
          const locked = await createUserStore(own, config.names).lockMeant(players.map(({ id }) => id));
          const stats = await progress.find([...locked.keys()]);
          const after = players.map(({ id, changes }) => ({
            userId: id,
            ...withChanges(
              { ...locked.get(id)!, stats: stats.get(id)?.stats ?? {} },
              changes,
              config.game.stats,
            ),
          }));
          const versions = await progress.write(after);
          const answer = after.map(({ userId: id, ...rest }) => ({ id, ...rest, version: versions.get(id) }));
          await idempotencyKeys.put(claim, sha256(JSON.stringify(players)), answer);
          return Response.json({ status: "success", players: answer });
        });
      },
    },
  },
  fetch: () => new Response(null, { status: 404 }),
});

function keyOf(request: Request) {
  return serverKeys.use(request.headers.get("authorization")?.slice(7) ?? "");
}

function opened(ticket: string, server: string | null) {
  const [header = "", payload = "", signature = ""] = ticket.split(".");
  const signed = Buffer.from(`${header}.${payload}`);
  const key = { key: publicKey, dsaEncoding: "ieee-p1363" } as const;
  if (!verify("SHA256", signed, key, Buffer.from(signature, "base64url"))) return null;
  const { aud, exp, sub, sid, jti } = JSON.parse(Buffer.from(payload, "base64url").toString());
  if (aud !== server || exp <= Date.now() / 1_000) return null;
  return { id: jti as string, sessionId: sid as string, userId: Number(sub) };
}

function refusal(): Response {
  return Response.json({ status: "error" }, { status: 401 });
}
