import { expect } from "bun:test";
import type { SessionAnswer } from "../../src/session/model";
import { cleanUpAt } from "./clean-up";
import { type Answer, bearer, get, send } from "./requests";
import type { TestServer } from "./server";

type Session = { access_token: string };

/** The calls by which a player leaves and comes back; each answer may be a refusal. */
export function leavingAt(server: TestServer) {
  const leave = (session: Session, proof?: object): Promise<Answer> =>
    send(server, "/api/me", {
      method: "DELETE",
      headers: { ...bearer(session.access_token), ...(proof && { "content-type": "application/json" }) },
      ...(proof && { body: JSON.stringify(proof) }),
    });
  return {
    leave,
    async left(session: Session): Promise<string> {
      const { status, body } = await leave(session);
      expect(status).toBe(200);
      return (body as unknown as { deletes_at: string }).deletes_at;
    },
    restore: (session: Session) =>
      send(server, "/api/me/restore", { method: "POST", headers: bearer(session.access_token) }),
    exported: (session: Session) => get(server, "/api/me/export", bearer(session.access_token)),
    /** What the player has been told of what happened, the latest first. */
    async events(session: Session): Promise<{ action: string; by: string }[]> {
      const answer = await get(server, "/api/me/events", bearer(session.access_token));
      return (answer.body as unknown as { events: { action: string; by: string }[] }).events;
    },
    /** Lets the time to come back go by, and the clean-up come. */
    async purge(days = 14) {
      server.clock.advance(days * 86_400 + 1);
      await cleanUpAt(server);
    },
    async row({ user }: SessionAnswer): Promise<Record<string, unknown>> {
      const { rows } = await server.database.pool.query("SELECT * FROM users WHERE id = $1", [user.id]);
      return rows[0];
    },
  };
}
