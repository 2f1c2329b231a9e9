import { expect } from "bun:test";
import type { SessionAnswer } from "../../src/session/model";
import { newGuestKey, playAsGuest } from "./guests";
import { freshAccount, googleTokens, signIn } from "./players";
import { bearer, get, post, send } from "./requests";
import type { TestServer } from "./server";

/** The calls by which a player changes their ways in; each answer may be a refusal. */
export function linkingAt(server: TestServer) {
  const link = (session: SessionAnswer, proof: object) =>
    post(server, "/api/identities", proof, bearer(session));
  const linkGoogle = async (session: SessionAnswer, account?: string) => {
    const { access_token } = await googleTokens(server, account ? { account } : {});
    return link(session, { access_token });
  };
  /** What a match would do. */
  const earn = (session: SessionAnswer, stars: number, level: number) =>
    server.database.pool.query("UPDATE users SET stars = stars + $2, level = level + $3 WHERE id = $1", [
      session.user.id,
      stars,
      level,
    ]);
  const count = (session: SessionAnswer, stats: Record<string, number>) =>
    server.database.pool.query(
      `INSERT INTO player_progress AS p (user_id, version, stats) VALUES ($1, 1, $2)
       ON CONFLICT (user_id) DO UPDATE SET version = p.version + 1, stats = p.stats || excluded.stats`,
      [session.user.id, JSON.stringify(stats)],
    );
  return {
    link,
    linkGoogle,
    earn,
    count,
    statsOf: async ({ user }: SessionAnswer) => {
      const text = "SELECT stats FROM player_progress WHERE user_id = $1";
      return (await server.database.pool.query(text, [user.id])).rows[0]?.stats;
    },
    /**
     * A guest with 5 stars at level 4, and a player of Google's with 9 at level 2, whose account the guest wants. Each has
     * stats.
     */
    async conflict() {
      const key = newGuestKey();
      const account = freshAccount();
      const theirs = await signIn(server, { account });
      const mine = await playAsGuest(server, key);
      await earn(mine, 5, 3);
      await earn(theirs, 9, 1);
      await count(mine, { best_score: 50, plates: 5, last_map: 1 });
      await count(theirs, { best_score: 90, plates: 9, dishes: 3 });
      const { body } = await linkGoogle(mine, account);
      return { key, account, mine, theirs, ticket: body.ticket };
    },
    resolve: (session: SessionAnswer, ticket: string, keep: "mine" | "theirs") =>
      post(server, "/api/identities/resolve", { ticket, keep }, bearer(session)),
    unlink: (session: SessionAnswer, provider: string) =>
      send(server, `/api/identities/${provider}`, { method: "DELETE", headers: bearer(session) }),
    async changes(session: SessionAnswer) {
      const { status, body } = await get(server, "/api/changes", bearer(session));
      expect(status).toBe(200);
      return body.changes;
    },
    undo: (session: SessionAnswer, id: string) =>
      send(server, `/api/changes/${id}/undo`, { method: "POST", headers: bearer(session) }),
    me: async (session: SessionAnswer) => (await get(server, "/api/me", bearer(session))).body.user,
  };
}
