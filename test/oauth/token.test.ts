import { describe, expect, test } from "bun:test";
import { decodeJwt } from "jose";
import {
  authorizeUrl,
  FORUM,
  GAME,
  newPkce,
  postForm,
  signInAt,
  tokensOf,
  withClients,
} from "../support/oauth";
import { freshAccount, refresh, signIn } from "../support/players";
import { bearer, expectError, get, post, send } from "../support/requests";
import { onEachDatabase, onEmbedded } from "../support/suite";

describe("/oauth/token", () => {
  onEachDatabase(
    (at) => {
      const codeFor = async (of = GAME) => {
        const pkce = newPkce();
        const answer = await signInAt(authorizeUrl(at.server, pkce, of));
        const form = {
          grant_type: "authorization_code",
          code: answer.searchParams.get("code") ?? "",
          code_verifier: pkce.verifier,
          ...of,
        };
        return (changes: Record<string, string> = {}) =>
          postForm(at.server, "/oauth/token", { ...form, ...changes });
      };
      const refreshAt = (refresh_token: string, client_id: string, more: Record<string, string> = {}) =>
        postForm(at.server, "/oauth/token", {
          grant_type: "refresh_token",
          refresh_token,
          client_id,
          ...more,
        });
      const expectInvalidGrant = ({ status, body }: Awaited<ReturnType<typeof refreshAt>>) =>
        expect([status, body.error]).toEqual([400, "invalid_grant"]);

      test("a code opens a session that says for which client, and what for", async () => {
        const { status, headers, body } = await (await codeFor())();
        expect([status, headers.get("cache-control")]).toEqual([200, "no-store"]);
        expect(body).toEqual({
          access_token: expect.any(String),
          token_type: "Bearer",
          expires_in: 3_600,
          refresh_token: expect.any(String),
          scope: "openid profile email",
          id_token: expect.any(String),
        });
        expect(decodeJwt(body.access_token)).toMatchObject({
          client_id: "game",
          scope: "openid profile email",
        });
      });

      test("a code that comes again ends the session that it opened", async () => {
        const redeem = await codeFor();
        const { body } = await redeem();
        expectInvalidGrant(await redeem());
        expectError(await get(at.server, "/api/me", bearer(body)), "invalid_token");
        expectInvalidGrant(await refreshAt(body.refresh_token, "game"));
        const lines = await at.server.logLines();
        expect(lines.filter(({ reason }) => reason === "authorization_code").at(-1)).toMatchObject({
          event: "replay_detected",
          session_id: decodeJwt(body.access_token).sid,
        });
      });

      test("of a code that is sent several times at once no session is left", async () => {
        const redeem = await codeFor();
        const answers = await Promise.all([redeem(), redeem(), redeem(), redeem()]);
        const opened = answers.filter(({ status }) => status === 200);
        expect(opened.length).toBeLessThanOrEqual(1);
        for (const { body } of opened) expectInvalidGrant(await refreshAt(body.refresh_token, "game"));
      });

      test("a code lives for 60 seconds", async () => {
        const redeem = await codeFor();
        at.server.clock.advance(61);
        expectInvalidGrant(await redeem());
      });

      test.each([
        ["a wrong verifier", { code_verifier: "x".repeat(43) }],
        ["another redirect", { redirect_uri: "http://127.0.0.1:1/callback" }],
        ["another client", { client_id: "forum" }],
      ])("a code is spent by %s", async (_what, changes) => {
        const redeem = await codeFor();
        expectInvalidGrant(await redeem(changes));
        expectInvalidGrant(await redeem());
      });

      test("without a scope there is no id token, and no scope", async () => {
        const tokens = await tokensOf(at.server, { scope: undefined });
        expect(Object.keys(tokens)).not.toContain("id_token");
        expect(Object.keys(tokens)).not.toContain("scope");
      });

      test("what of the scope does not exist is not granted", async () => {
        expect((await tokensOf(at.server, { scope: "offline_access openid admin" })).scope).toBe("openid");
      });

      test("a refresh token rotates, and one that is two behind ends the session", async () => {
        const first = await tokensOf(at.server);
        const second = await refreshAt(first.refresh_token, "game");
        expect(second.body.scope).toBe("openid profile email");
        const third = await refreshAt(second.body.refresh_token, "game");
        expect(third.status).toBe(200);
        expectInvalidGrant(await refreshAt(first.refresh_token, "game"));
        expectInvalidGrant(await refreshAt(third.body.refresh_token, "game"));
      });

      test("a refresh token is its client's alone, and lives on when another one sends it", async () => {
        const forum = await tokensOf(at.server, FORUM);
        expectInvalidGrant(await refreshAt(forum.refresh_token, "game"));
        const next = await refreshAt(forum.refresh_token, "forum");
        expect(next.status).toBe(200);
        // Within the grace as well.
        expectInvalidGrant(await refreshAt(forum.refresh_token, "game"));
        expect((await refreshAt(next.body.refresh_token, "forum")).status).toBe(200);
      });

      test("the game's own endpoints and its client share their sessions, and no other client's", async () => {
        const game = await tokensOf(at.server);
        expect((await refresh(at.server, game)).status).toBe(200);
        const own = await signIn(at.server);
        const next = await refreshAt(own.refresh_token, "game");
        expect([next.status, decodeJwt(next.body.access_token).client_id]).toEqual([200, "game"]);
        const forum = await tokensOf(at.server, FORUM);
        expectError(await refresh(at.server, forum), "invalid_grant");
        expect((await refreshAt(forum.refresh_token, "forum")).status).toBe(200);
      });

      test("a refresh may ask for less, and for more it is refused and loses nothing", async () => {
        const first = await tokensOf(at.server);
        const more = await refreshAt(first.refresh_token, "game", { scope: "openid admin" });
        expect([more.status, more.body.error]).toEqual([400, "invalid_scope"]);
        at.server.clock.advance(120);
        const less = await refreshAt(first.refresh_token, "game", { scope: "profile" });
        expect([less.status, less.body.scope, less.body.id_token]).toEqual([200, "profile", undefined]);
        expect(decodeJwt(less.body.access_token).scope).toBe("profile");
        expect((await refreshAt(less.body.refresh_token, "game")).body.scope).toBe("openid profile email");
      });

      test("a token of another application's is good for none of the player's own endpoints", async () => {
        const account = freshAccount();
        const game = await tokensOf(at.server, {}, account);
        const forum = await tokensOf(at.server, FORUM, account);
        for (const path of ["/api/me", "/api/sessions", "/api/identities"])
          expectError(await get(at.server, path, bearer(forum)), "insufficient_scope");
        expectError(await post(at.server, "/api/update_username", {}, bearer(forum)), "insufficient_scope");
        const { sessions } = JSON.parse((await get(at.server, "/api/sessions", bearer(game))).text);
        expect(sessions.map(({ device }: { device: string }) => device).sort()).toEqual(["The Forum", null]);
        const forums = sessions.find(({ device }: { device: string }) => device === "The Forum");
        const ended = await send(at.server, `/api/sessions/${forums.id}`, {
          method: "DELETE",
          headers: bearer(game),
        });
        expect(ended.status).toBe(204);
        expectInvalidGrant(await refreshAt(forum.refresh_token, "forum"));
      });

      test("a banned player gets nothing", async () => {
        const account = freshAccount();
        const first = await tokensOf(at.server, {}, account);
        const { sub } = decodeJwt(first.access_token);
        await at.server.database.pool.query("UPDATE users SET banned_at = now() WHERE id = $1", [sub]);
        expectInvalidGrant(await refreshAt(first.refresh_token, "game"));
        expect(await tokensOf(at.server, {}, account).catch(String)).toContain("invalid_grant");
      });

      test("who signs in is told why they are banned and until when, as at /api/login, in words and in members", async () => {
        const account = freshAccount();
        const { sub } = decodeJwt((await tokensOf(at.server, {}, account)).access_token);
        const until = new Date(at.server.clock.now().getTime() + 86_400_000).toISOString();
        const banned = (reason: string | null, end: string | null) =>
          at.server.database.pool.query(
            "UPDATE users SET banned_at = now(), ban_reason = $2, banned_until = $3 WHERE id = $1",
            [sub, reason, end],
          );
        const told = async () => {
          const answer = await tokensOf(at.server, {}, account).catch(String);
          return JSON.parse(String(answer).replace(/^Error: 400 /, ""));
        };
        await banned('Threw a "pöt"', until);
        expect(await told()).toEqual({
          error: "invalid_grant",
          error_description: `This account is disabled. Until ${until}. Reason: Threw a 'p't'`,
          code: "account_disabled",
          reason: 'Threw a "pöt"',
          until,
        });
        await banned(null, null);
        expect(await told()).toEqual({
          error: "invalid_grant",
          error_description: "This account is disabled.",
          code: "account_disabled",
          until: null,
        });
      });
    },
    { adjust: withClients },
  );
});

describe("what is no token request", () => {
  onEmbedded(
    (at) => {
      const form = (text: string, headers: Record<string, string> = {}) =>
        postForm(at.server, "/oauth/token", text, headers);

      test.each([
        ["an unknown grant", "grant_type=password&client_id=game", "unsupported_grant_type"],
        ["a member of every object", "grant_type=toString&client_id=game", "unsupported_grant_type"],
        ["no grant", "client_id=game", "invalid_request"],
        ["nothing", "", "invalid_request"],
        ["no client", "grant_type=refresh_token&refresh_token=x", "invalid_client"],
        ["an unknown client", "grant_type=refresh_token&refresh_token=x&client_id=nobody", "invalid_client"],
        [
          "a secret",
          "grant_type=refresh_token&refresh_token=x&client_id=game&client_secret=x",
          "invalid_client",
        ],
        ["no refresh token", "grant_type=refresh_token&client_id=game", "invalid_request"],
        [
          "an empty refresh token",
          "grant_type=refresh_token&client_id=game&refresh_token=",
          "invalid_request",
        ],
        [
          "a made-up refresh token",
          "grant_type=refresh_token&client_id=game&refresh_token=x",
          "invalid_grant",
        ],
        [
          "a made-up code",
          `grant_type=authorization_code&client_id=game&code=x&redirect_uri=x&code_verifier=${"v".repeat(43)}`,
          "invalid_grant",
        ],
        [
          "no verifier",
          "grant_type=authorization_code&client_id=game&code=x&redirect_uri=x",
          "invalid_request",
        ],
        [
          "a short verifier",
          "grant_type=authorization_code&client_id=game&code=x&redirect_uri=x&code_verifier=v",
          "invalid_request",
        ],
        [
          "a parameter that is there twice",
          "grant_type=refresh_token&client_id=game&client_id=game&refresh_token=x",
          "invalid_request",
        ],
        [
          "what is not UTF-8 text",
          "grant_type=refresh_token&client_id=game&refresh_token=%00",
          "invalid_request",
        ],
      ])("%s is refused in OAuth's words", async (_what, text, error) => {
        const answer = await form(text);
        expect([answer.status, answer.body]).toEqual([
          400,
          { error, error_description: expect.stringMatching(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/) } as never,
        ]);
        expect(answer.headers.get("x-request-id")).toBeString();
        expect(answer.headers.get("cache-control")).toBe("no-store");
      });

      test("a client that sends a password in a header is told that there is none", async () => {
        const answer = await form("grant_type=refresh_token&refresh_token=x", {
          authorization: `Basic ${btoa("game:secret")}`,
        });
        expect([answer.status, answer.body.error]).toEqual([401, "invalid_client"]);
        expect(answer.headers.get("www-authenticate")).toBe('Basic realm="oauth"');
      });

      test("JSON, and another method, keep their status and get OAuth's words", async () => {
        const json = await form("{}", { "content-type": "application/json" });
        expect([json.status, json.body.error]).toEqual([415, "invalid_request"]);
        const other = await get(at.server, "/oauth/token");
        expect([other.status, other.headers.get("allow"), JSON.parse(other.text).error]).toEqual([
          405,
          "POST",
          "invalid_request",
        ]);
      });

      test("a form of more than 16 KiB is too large", async () => {
        const answer = await form(`grant_type=${"x".repeat(16_384)}`);
        expect([answer.status, answer.body.error]).toEqual([413, "invalid_request"]);
      });
    },
    { adjust: withClients },
  );
});
