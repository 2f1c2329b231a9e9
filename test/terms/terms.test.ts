import { describe, expect, test } from "bun:test";
import { leavingAt } from "../support/leaving";
import { linkingAt } from "../support/linking";
import { freshName, googleTokens, refreshed, signIn } from "../support/players";
import { bearer, expectError, expectInvalid, get, post, send } from "../support/requests";
import { onEachDatabase, onEmbedded } from "../support/suite";

const TERMS = { version: "2026-11", url: "https://game.example/terms" };

onEachDatabase(
  (at) => {
    const accept = (session: { access_token: string }, version: unknown = TERMS.version) =>
      post(at.server, "/api/terms", { version }, bearer(session.access_token));

    test("who has not accepted them is let in and told, at the sign-in and at each refresh", async () => {
      const session = await signIn(at.server);
      expect(session.terms_required).toEqual(TERMS);
      expect((await refreshed(at.server, session)).terms_required).toEqual(TERMS);
    });

    test("and may read, leave and sign out, but change nothing", async () => {
      const session = await signIn(at.server);
      const refusals = [
        await post(at.server, "/api/update_username", { new_username: freshName() }, bearer(session)),
        await post(at.server, "/api/update_picture", { new_picture: null }, bearer(session)),
        await send(at.server, "/api/transfer_code", { method: "POST", headers: bearer(session) }),
        await linkingAt(at.server).link(session, {
          access_token: (await googleTokens(at.server)).access_token,
        }),
        await post(at.server, "/api/identities/resolve", { ticket: "x", keep: "mine" }, bearer(session)),
        await post(at.server, "/api/join_tickets", { server: "kitchen-eu" }, bearer(session)),
      ];
      for (const answer of refusals) expectError(answer, "terms_required", TERMS);
      for (const path of ["/api/me", "/api/sessions", "/api/me/events", "/api/me/export", "/api/identities"])
        expect([path, (await get(at.server, path, bearer(session))).status]).toEqual([path, 200]);
      await leavingAt(at.server).left(session);
    });

    /** What a player may do who has not accepted the terms: answer them, sign out, leave, and take things away or back. */
    const FREE = [
      "POST /api/terms",
      "POST /api/age_band",
      "DELETE /api/sessions",
      "DELETE /api/sessions/:id",
      "POST /api/device/lookup",
      "POST /api/device/confirm",
      "DELETE /api/identities/:provider",
      "POST /api/changes/:id/undo",
      "DELETE /api/me",
      "POST /api/me/restore",
    ];

    test("what is new of what a player may do is for those who have accepted, or among what is free", async () => {
      const session = await signIn(at.server);
      const asks = at.server.app.routes.filter(
        ({ method, hooks }) => method !== "GET" && JSON.stringify(hooks.detail ?? {}).includes('"bearer"'),
      );
      const bodies: Record<string, object> = {
        "POST /api/update_username": { new_username: freshName() },
        "POST /api/update_picture": { new_picture: null },
        "POST /api/identities": { provider: "guest", guest_key: "A".repeat(43) },
        "POST /api/identities/resolve": { ticket: "x", keep: "mine" },
        "POST /api/join_tickets": { server: "kitchen-eu" },
      };
      const gated = [];
      for (const { method, path } of asks) {
        const name = `${method} ${path}`;
        if (FREE.includes(name) || path.startsWith("/oauth/")) continue;
        const body = bodies[name];
        const answer = await send(at.server, path, {
          method,
          headers: { ...bearer(session), ...(body && { "content-type": "application/json" }) },
          ...(body && { body: JSON.stringify(body) }),
        });
        expect([name, answer.body.code]).toEqual([name, "terms_required"]);
        gated.push(name);
      }
      expect(gated).toHaveLength(6);
    });

    test("whoever accepts them is asked no more, and it stands among what was done, once", async () => {
      const session = await signIn(at.server);
      const { status, body } = await accept(session);
      expect([status, body.user.terms_version]).toEqual([200, TERMS.version]);
      expect((await accept(session)).status).toBe(200);
      const later = await refreshed(at.server, session);
      expect([later.terms_required, later.user.terms_version]).toEqual([undefined, TERMS.version]);
      const renamed = await post(
        at.server,
        "/api/update_username",
        { new_username: freshName() },
        bearer(later),
      );
      expect(renamed.status).toBe(200);
      const events = await leavingAt(at.server).events(later);
      expect(events.filter(({ action }) => action === "terms")).toEqual([
        expect.objectContaining({
          by: "player",
          before: { terms_version: null },
          after: { terms_version: TERMS.version },
        }),
      ]);
    });

    test("another version than that of now is not enough", async () => {
      const session = await signIn(at.server);
      expectError(await accept(session, "2025-01"), "terms_required", TERMS);
      expectInvalid(await accept(session, 7), "version");
      await at.server.database.pool.query("UPDATE users SET terms_version = '2025-01' WHERE id = $1", [
        session.user.id,
      ]);
      expect((await refreshed(at.server, session)).terms_required).toEqual(TERMS);
    });

    test("a refusal leaves a line", async () => {
      const session = await signIn(at.server);
      const answer = await post(at.server, "/api/update_picture", { new_picture: null }, bearer(session));
      const lines = (await at.server.logLines()).filter(
        ({ request_id }) => request_id === answer.body.request_id,
      );
      expect(lines).toEqual([expect.objectContaining({ event: "refused", code: "terms_required" })]);
    });
  },
  { adjust: (config) => ({ ...config, door: { ...config.door, terms: TERMS } }) },
);

describe("Where the studio has set none", () => {
  onEmbedded((at) => {
    test("nobody is asked, and there is nothing to accept", async () => {
      const session = await signIn(at.server);
      expect(session.terms_required).toBeUndefined();
      expect(Object.keys(session.user)).not.toContain("terms_version");
      expectError(await post(at.server, "/api/terms", { version: "1" }, bearer(session)), "not_found");
    });
  });
});
