import { describe, expect, test } from "bun:test";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { SHOWN_ROUTES } from "../../src/view-as/view-as";
import { setRoles, staffAt } from "../support/console";
import { postForm } from "../support/devices";
import { freshName, refresh, signIn } from "../support/players";
import { bearer, expectError, get, post, send } from "../support/requests";
import { onEachDatabase } from "../support/suite";

onEachDatabase((at) => {
  /** An admin who looks at a player, and the token that the page shows. */
  const viewing = async () => {
    const admin = await staffAt(at.server, "admin");
    const player = await signIn(at.server, {}, { device: "Tablet" });
    const page = await admin.act(player.user.id, "view-as", { reason: "They wrote in" });
    const token = /<code class="token">([^<]+)<\/code>/.exec(page.text)?.[1] ?? "";
    return { admin, player, page, token };
  };

  test("shows what the player sees, and reads it with the token", async () => {
    const { player, page, token } = await viewing();
    expect(page.status).toBe(200);
    expect(page.text).toContain("&quot;status&quot;: &quot;success&quot;");
    for (const path of ["/api/me", "/api/identities", "/api/changes"]) {
      const own = await get(at.server, path, bearer(player));
      const viewed = await get(at.server, path, bearer(token));
      expect([path, viewed.status, viewed.text]).toEqual([path, 200, own.text]);
    }
    const { sessions } = JSON.parse((await get(at.server, "/api/sessions", bearer(token))).text);
    expect(sessions).toMatchObject([{ device: "Tablet", current: false }]);
  });

  describe("reads what a game shows its player, and nothing else", () => {
    /** Not for somebody else's eyes. */
    const PLAYERS_ALONE = ["/api/me/export"];

    test("at every route that reads and asks for a player", async () => {
      const { token } = await viewing();
      const reading = at.server.app.routes
        .filter(
          ({ method, path, hooks }) =>
            method === "GET" &&
            path.startsWith("/api/") &&
            JSON.stringify(hooks.detail ?? {}).includes('"bearer"'),
        )
        .map(({ path }) => path);
      expect(reading.toSorted()).toEqual([...SHOWN_ROUTES, ...PLAYERS_ALONE].toSorted());
      for (const path of reading) {
        const answer = await get(at.server, path, bearer(token));
        const isShown = SHOWN_ROUTES.includes(path);
        expect([path, answer.status]).toEqual([path, isShown ? 200 : 403]);
        if (!isShown) expectError(answer, "insufficient_scope");
      }
    });

    test("an export is refused with a line, and the player has theirs", async () => {
      const { player, token } = await viewing();
      const { body, text } = await get(at.server, "/api/me/export", bearer(token));
      expect(text).not.toContain(player.user.email);
      const lines = (await at.server.logLines()).filter(({ request_id }) => request_id === body.request_id);
      expect(lines).toEqual([expect.objectContaining({ event: "refused", code: "insufficient_scope" })]);
      expect((await get(at.server, "/api/me/export", bearer(player))).status).toBe(200);
    });
  });

  test("says who looks (RFC 8693 §4.1), and is no access token to anybody", async () => {
    const { admin, player, token } = await viewing();
    expect(decodeJwt(token)).toMatchObject({
      sub: String(player.user.id),
      act: { sub: String(admin.user.id) },
      scope: "read",
      aud: "robotouille/view-as",
    });
    expect(decodeProtectedHeader(token).typ).toBe("view-as+jwt");
    expect((await get(at.server, "/oauth/userinfo", bearer(token))).status).toBe(401);
  });

  test("stands in the audit with its reason, which the player does not see", async () => {
    const { admin, player, token } = await viewing();
    const { rows } = await at.server.database.pool.query(
      "SELECT actor_kind, actor_id, reason FROM audit_events WHERE user_id = $1 AND action = 'view_as'",
      [player.user.id],
    );
    expect(rows).toEqual([{ actor_kind: "staff", actor_id: String(admin.user.id), reason: "They wrote in" }]);
    expect((await get(at.server, "/api/me/events", bearer(player))).text).not.toContain("view_as");
    const lines = JSON.stringify(await at.server.logLines());
    expect(lines).not.toContain(token);
  });

  describe("writes nothing", () => {
    test.each<[method: string, path: string, body: object | null]>([
      ["POST", "/api/update_username", { new_username: freshName() }],
      ["POST", "/api/update_picture", { new_picture: "chef" }],
      ["POST", "/api/identities", { provider: "guest", guest_key: "A".repeat(43) }],
      ["POST", "/api/identities/resolve", { ticket: "x", keep: "mine" }],
      ["POST", "/api/transfer_code", null],
      ["POST", "/api/device/confirm", { user_code: "WDJB-MJHT", decision: "allow" }],
      ["POST", "/api/changes/01985f3a-7c1e-7000-8000-6d1f2a9b3c4d/undo", null],
      ["DELETE", "/api/identities/google", null],
      ["DELETE", "/api/sessions", null],
      ["DELETE", "/api/sessions/01985f3a-7c1e-7000-8000-6d1f2a9b3c4d", null],
    ])("at %s %s", async (method, path, body) => {
      const { player, token } = await viewing();
      const answer = await send(at.server, path, {
        method,
        headers: { ...bearer(token), ...(body && { "content-type": "application/json" }) },
        ...(body && { body: JSON.stringify(body) }),
      });
      expectError(answer, "insufficient_scope");
      expect((await get(at.server, "/api/me", bearer(player))).body.user).toEqual(player.user);
    });

    test("at no route of this server that asks for a player", async () => {
      const { token } = await viewing();
      // The authorization server's own endpoints know no such token at all.
      const guarded = at.server.app.routes.filter(
        ({ method, path, hooks }) =>
          method !== "GET" &&
          path.startsWith("/api/") &&
          (hooks.detail as { security?: unknown[] })?.security,
      );
      const own = guarded.filter(({ hooks }) => JSON.stringify(hooks.detail).includes('"bearer"'));
      expect(own.length).toBeGreaterThan(8);
      for (const { method, path } of own) {
        const { status } = await send(at.server, path.replace(/:\w+/g, "1"), {
          method,
          headers: bearer(token),
        });
        // Who leaves has a guard of its own, which knows no token but an access token.
        const isLeaving = path === "/api/me" || path === "/api/me/restore";
        expect([method, path, status]).toEqual([method, path, isLeaving ? 401 : 403]);
      }
    });

    test("and it is no refresh token, nor one that a game server is told of", async () => {
      const { token } = await viewing();
      expectError(await refresh(at.server, token), "invalid_grant");
      const form = { grant_type: "refresh_token", refresh_token: token, client_id: "game" };
      expect((await postForm(at.server, "/oauth/token", form)).status).toBe(400);
      expect((await post(at.server, "/api/logout", { refresh_token: token })).status).toBe(200);
      expect((await get(at.server, "/api/me", bearer(token))).status).toBe(200);
    });
  });

  describe("is over", () => {
    const isOver = async (token: string) =>
      expectError(await get(at.server, "/api/me", bearer(token)), "invalid_token");

    test("after ten minutes", async () => {
      const { token } = await viewing();
      at.server.clock.advance(601);
      await isOver(token);
    });

    test("when the one who looks is an admin no more", async () => {
      const { admin, token } = await viewing();
      await setRoles(at.server, admin.user.id, ["moderator"]);
      await isOver(token);
    });

    test("when they sign out of the console", async () => {
      const { admin, token } = await viewing();
      await admin.visit("/console");
      await admin.send("/console/sign-out");
      await isOver(token);
    });

    test("when it was changed", async () => {
      const { token } = await viewing();
      const [header = "", , signature = ""] = token.split(".");
      const claims = Buffer.from(JSON.stringify({ ...decodeJwt(token), sub: "1" })).toString("base64url");
      await isOver(`${header}.${claims}.${signature}`);
    });
  });
});
