import { randomUUID } from "node:crypto";
import type { Config } from "../../src/config/config";
import type { Stats } from "../../src/progress/stats";
import { newServerKey, type ServerKeyScope } from "../../src/server-keys/server-key";
import type { SessionAnswer } from "../../src/session/model";
import { createStores } from "../../src/stores";
import { type Answer, type AnswerBody, bearer, get, post, send } from "./requests";
import type { TestServer } from "./server";

/** A game with a stat of each rule. */
export const withStats = (config: Config): Config => ({
  ...config,
  game: { stats: { best_score: "max", plates: "sum", last_map: "last" } },
});

/** A player's progress, as answers have it. */
export type ProgressBody = { id: number; stars: number; level: number; stats: Stats; version: number };

export type ServerAnswer = Omit<Answer, "body"> & {
  body: AnswerBody & {
    player: ProgressBody;
    players: (ProgressBody & { asked_id: number; name: string; picture: string | null })[];
    next: string | null;
    stats: Stats;
    version: number;
    expires_in: number;
  };
};

export type Reported = { id: number; changes: { stars?: number; level?: number; stats?: Stats } };

/** The calls of a game server and of the players who join it; each answer may be a refusal. */
export function gameServerAt(server: TestServer) {
  const stores = () => createStores(server.database, server.clock, server.config);
  const answer = (promise: Promise<Answer>) => promise as Promise<ServerAnswer>;
  return {
    /** Another key. @param name of the game server, for `tickets:redeem` */
    async newKey(scopes: ServerKeyScope[], name: string | null = null): Promise<string> {
      const key = newServerKey();
      await stores().serverKeys.put(key, { id: Bun.randomUUIDv7(), name: "test", scopes, server: name });
      return key;
    },
    ticket: (session: SessionAnswer, name: unknown) =>
      answer(post(server, "/api/join_tickets", { server: name }, bearer(session))),
    redeem: (key: string, ticket: unknown) =>
      answer(post(server, "/api/join_tickets/redeem", { ticket }, bearer(key))),
    update: (
      key: string,
      id: number | string,
      changes: object,
      ifMatch: string | null = "*",
      idempotencyKey: string | null = randomUUID(),
    ) =>
      answer(
        send(server, `/api/players/${id}/progress`, {
          method: "PATCH",
          body: JSON.stringify(changes),
          headers: {
            "content-type": "application/json",
            ...bearer(key),
            ...(ifMatch === null ? {} : { "if-match": ifMatch }),
            ...(idempotencyKey === null ? {} : { "idempotency-key": idempotencyKey }),
          },
        }),
      ),
    match: (
      key: string,
      players: Reported[],
      idempotencyKey: string | null = randomUUID(),
      match_id?: string,
    ) =>
      answer(
        post(
          server,
          "/api/matches",
          { players, ...(match_id === undefined ? {} : { match_id }) },
          { ...bearer(key), ...(idempotencyKey === null ? {} : { "idempotency-key": idempotencyKey }) },
        ),
      ),
    players: (ids: string) => answer(get(server, `/api/players?ids=${ids}`)),
    top: (query: string) => answer(get(server, `/api/players/top?${query}`)),
    ban: (id: number) => server.database.pool.query("UPDATE users SET banned_at = now() WHERE id = $1", [id]),
  };
}
