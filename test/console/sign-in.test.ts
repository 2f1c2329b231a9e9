import { describe, expect, test } from "bun:test";
import { loadKeyRing } from "../../src/session/keys";
import { createRefreshKeyRing } from "../../src/session/refresh-keys";
import { createRefreshTokens } from "../../src/session/refresh-token";
import { consoleAt, newStaff, setRoles, staffAt } from "../support/console";
import { freshAccount, refresh, signIn } from "../support/players";
import { bearer, get, post, send } from "../support/requests";
import { onEachDatabase, onEmbedded } from "../support/suite";

onEachDatabase((at) => {
  const isIn = async (visit: (path: string) => Promise<{ status: number; text: string }>) => {
    const { status, text } = await visit("/console");
    return status === 200 && text.includes("Find a player");
  };

  test("whoever is not signed in is shown the way to sign in, and comes back to where they were", async () => {
    const { visit, origin, signIn } = consoleAt(at.server);
    const { status, headers } = await visit("/console/players/1?done=ban");
    expect(status).toBe(303);
    const location = new URL(headers.get("location") ?? "", origin);
    expect(location.pathname).toBe("/console/sign-in");
    expect(location.searchParams.get("next")).toBe("/console/players/1?done=ban");
    const page = await visit(location.href);
    expect(page.text).toContain("Sign in with Google");
    const { account } = await newStaff(at.server, "moderator");
    const back = await signIn(account, "/console/players/1?done=ban");
    expect(back.text).toContain('http-equiv="refresh" content="0; url=/console/players/1?done=ban"');
  });

  test.each(["admin", "moderator"] as const)("lets the role %s in", async (role) => {
    const { visit, user } = await staffAt(at.server, role);
    const { text } = await visit("/console");
    expect(text).toContain(user.name);
    expect(text).toContain(`<small>${role}</small>`);
  });

  test("lets nobody in who has no role, or is no player, and makes nobody a player", async () => {
    const account = freshAccount();
    const nobody = consoleAt(at.server);
    const unknown = await nobody.signIn(account);
    expect([unknown.status, unknown.text.includes("Nobody plays with this account yet")]).toEqual([
      403,
      true,
    ]);
    const { user } = await signIn(at.server, { account });
    const player = await nobody.signIn(account);
    expect([player.status, player.text.includes(`You are player ${user.id}`)]).toEqual([403, true]);
    expect(await isIn(nobody.visit)).toBe(false);
    const lines = await at.server.logLines();
    expect(lines).toContainEqual(
      expect.objectContaining({ event: "sign_in_failed", reason: "no_role", user_id: user.id }),
    );
  });

  test("whoever changes their mind at Google is told so", async () => {
    const { visit } = consoleAt(at.server);
    const start = await visit("/console/sign-in/start?provider=google");
    const back = await fetch(start.headers.get("location") ?? "", {
      method: "POST",
      redirect: "manual",
      body: new URLSearchParams({ action: "cancel" }),
    });
    const returned = await visit(
      (await visit(back.headers.get("location") ?? "")).headers.get("location") ?? "",
    );
    expect([returned.status, returned.text.includes("You are not signed in")]).toEqual([403, true]);
  });

  describe("the session", () => {
    test("ends half an hour after it was last used", async () => {
      const { visit } = await staffAt(at.server, "moderator");
      at.server.clock.advance(1_700);
      expect(await isIn(visit)).toBe(true);
      at.server.clock.advance(1_700);
      expect(await isIn(visit)).toBe(true);
      at.server.clock.advance(1_860);
      expect(await isIn(visit)).toBe(false);
    });

    test("is not kept from ending by a page that asks for figures by itself", async () => {
      const { visit } = await staffAt(at.server, "moderator");
      at.server.clock.advance(1_700);
      expect((await visit("/console/figures")).status).toBe(200);
      at.server.clock.advance(160);
      expect((await visit("/console/figures")).status).toBe(401);
      expect(await isIn(visit)).toBe(false);
    });

    test("ends eight hours after the sign-in, however much it is used", async () => {
      const { visit } = await staffAt(at.server, "moderator");
      for (let turn = 0; turn < 19; turn++) {
        at.server.clock.advance(1_500);
        expect(await isIn(visit)).toBe(true);
      }
      at.server.clock.advance(400);
      expect(await isIn(visit)).toBe(false);
    });

    test("ends at once when the role is taken away", async () => {
      const { visit, user } = await staffAt(at.server, "moderator");
      expect(await isIn(visit)).toBe(true);
      await setRoles(at.server, user.id, []);
      expect(await isIn(visit)).toBe(false);
    });

    test("ends at once with a ban", async () => {
      const { visit, user } = await staffAt(at.server, "moderator");
      const admin = await staffAt(at.server, "admin");
      expect((await admin.act(user.id, "ban", { until: "1d", reason: "Sold a ban" })).status).toBe(303);
      expect(await isIn(visit)).toBe(false);
    });

    test("is among the player's devices, who ends it from the game", async () => {
      const { visit, account } = await staffAt(at.server, "moderator");
      const game = await signIn(at.server, { account });
      const { sessions } = JSON.parse((await get(at.server, "/api/sessions", bearer(game))).text);
      const own = sessions.find(({ device }: { device: string }) => device === "Console");
      const headers = bearer(game);
      expect((await send(at.server, `/api/sessions/${own.id}`, { method: "DELETE", headers })).status).toBe(
        204,
      );
      expect(await isIn(visit)).toBe(false);
    });

    test("ends when its owner signs out, and a copy of the cookie is worth nothing then", async () => {
      const { visit, send, cookies } = await staffAt(at.server, "admin");
      await visit("/console");
      const copied = cookies.get("console") ?? "";
      const out = await send("/console/sign-out");
      expect([out.status, out.headers.get("location")]).toEqual([303, "/console/sign-in"]);
      expect(out.headers.get("set-cookie")).toStartWith("console=; Max-Age=0;");
      cookies.set("console", copied);
      expect(await isIn(visit)).toBe(false);
    });

    test("makes place for the next one of the same browser", async () => {
      const { account, signIn: signInAgain, user } = await staffAt(at.server, "admin");
      await signInAgain(account);
      const { rows } = await at.server.database.pool.query(
        "SELECT FROM refresh_tokens WHERE user_id = $1 AND client_id = ':console' AND revoked_at IS NULL",
        [user.id],
      );
      expect(rows).toHaveLength(1);
    });

    test("has no refresh token: its id under the server's own key is no session of the game's", async () => {
      const { user } = await staffAt(at.server, "admin");
      const { rows } = await at.server.database.pool.query<{ id: string }>(
        "SELECT id FROM refresh_tokens WHERE user_id = $1 AND client_id = ':console'",
        [user.id],
      );
      const { security, dataDir } = at.server.config;
      const ring = createRefreshKeyRing(security.refreshTokens, await loadKeyRing(security, dataDir));
      const token = createRefreshTokens(ring).issue({ sessionId: rows[0]!.id, generation: 0 });
      expect((await refresh(at.server, token)).status).toBe(401);
    });
  });

  test("an ordinary player's tokens are no way into the console", async () => {
    const session = await signIn(at.server);
    const { status } = await send(at.server, "/console", {
      headers: { ...bearer(session), cookie: `console=${session.refresh_token}` },
    });
    expect(status).toBe(303);
    expect((await post(at.server, "/console", { q: "1" }, bearer(session))).status).toBe(415);
  });
});

onEmbedded(
  (at) => {
    test.each(["/console", "/console/sign-in", "/console/players/1", "/console/console.css"])(
      "%s is not there when the console is switched off",
      async (path) => {
        expect((await get(at.server, path)).status).toBe(404);
      },
    );
  },
  { adjust: (config) => ({ ...config, console: { enabled: false } }) },
);

onEmbedded(
  (at) => {
    test("behind a path prefix every address has it", async () => {
      const { status, headers } = await get(at.server, "/console/audit");
      const location = headers.get("location") ?? "";
      expect([status, location]).toEqual([303, "/accounts/console/sign-in?next=%2Fconsole%2Faudit"]);
      const { text } = await get(at.server, location.replace("/accounts", ""));
      const addresses = [...text.matchAll(/(?:href|src|action)="([^"#]+)"/g)].map(([, address]) => address);
      expect(addresses).toContain(
        "/accounts/console/sign-in/start?provider=google&amp;next=%2Fconsole%2Faudit",
      );
      expect(addresses.filter((address) => !address?.startsWith("/accounts/console"))).toEqual([]);
    });
  },
  { env: { SERVER_PUBLIC_URL: "https://studio.example/accounts" } },
);
