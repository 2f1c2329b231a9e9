import { randomUUID } from "node:crypto";
import { decodeJwt } from "jose";
import { systemClock } from "../../../src/clock";
import { loadConfig } from "../../../src/config/config";
import { openDatabase } from "../../../src/db/database";
import { createJoinTickets } from "../../../src/join-tickets/join-ticket";
import { newServerKey } from "../../../src/server-keys/server-key";
import { createIssuer } from "../../../src/session/issuer";
import { loadKeyRing } from "../../../src/session/keys";
import { createSigningKeys } from "../../../src/signing-keys/signing-keys";
import { createStores } from "../../../src/stores";
import type { Exchange } from "../client/connection";
import type { Player } from "../client/dialects";

/** What game servers ask. */
export const SERVER_OPERATIONS = {
  introspect: "introspect",
  redeem: "redeem a join ticket",
  match: "a match of eight players",
} as const;

export type ServerOperation = keyof typeof SERVER_OPERATIONS;

const NAME = "kitchen";
const PLAYERS_OF_A_MATCH = 8;

/** A game server with a key, and everything that it will ever send about players of a database. */
export async function createGameServer(url: string, env: Record<string, string>, players: Player[]) {
  const config = loadConfig({ cwd: import.meta.dirname, env: { ...env, DATABASE_URL: url } });
  const database = await openDatabase(config.database);
  const stores = createStores(database, systemClock, config);
  const key = newServerKey();
  const scopes = ["introspect", "tickets:redeem", "progress:write"];
  await stores.serverKeys.put(key, { id: Bun.randomUUIDv7(), name: NAME, scopes, server: NAME });
  const signingKeys = createSigningKeys(
    {
      signingKeys: stores.signingKeys,
      keyRing: await loadKeyRing(config.security, "/nonexistent"),
      clock: systemClock,
    },
    config.security.accessTokenExpirySeconds,
  );
  await signingKeys.current();
  const joinTickets = createJoinTickets(signingKeys, createIssuer(config.server), systemClock);
  const subjects = players.map(({ accessToken }) => {
    const { sub, sid } = decodeJwt(accessToken);
    return { userId: Number(sub), sessionId: String(sid) };
  });
  let tickets: string[] = [];
  let turn = 0;
  const next = () => turn++ % players.length;

  const post = (path: string, type: string, body: string, headers = ""): Exchange => ({
    bytes: `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${key}\r\n${headers}content-type: ${type}\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    expect: 200,
  });
  const exchanges: Record<ServerOperation, () => Exchange | null> = {
    introspect: () =>
      post("/oauth/introspect", "application/x-www-form-urlencoded", `token=${players[next()]?.accessToken}`),
    redeem() {
      const ticket = tickets.pop();
      return ticket ? post("/api/join_tickets/redeem", "application/json", `{"ticket":"${ticket}"}`) : null;
    },
    match() {
      const first = Math.floor(Math.random() * players.length);
      const reports = Array.from({ length: PLAYERS_OF_A_MATCH }, (_, n) => ({
        id: subjects[(first + n) % players.length]?.userId,
        changes: { stars: 1, stats: { plates: n, best_score: first } },
      }));
      const once = `idempotency-key: ${randomUUID()}\r\n`;
      return post("/api/matches", "application/json", JSON.stringify({ players: reports }), once);
    },
  };
  return {
    exchanges,
    /** Signs as many tickets as a round may use; they are good for a minute. */
    async sign(count: number): Promise<void> {
      tickets = [];
      for (let at = 0; at < count; at += 200)
        tickets.push(
          ...(await Promise.all(
            Array.from({ length: 200 }, () =>
              joinTickets.issue({ ...(subjects[next()] as (typeof subjects)[number]), server: NAME }),
            ),
          )),
        );
    },
    close: () => database.close(),
  };
}
