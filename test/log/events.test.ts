import { expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { newGame, signedInRedirect } from "../support/authorization";
import { freshName, googleTokens, refresh, refreshed, signIn } from "../support/players";
import { bearer, get, post } from "../support/requests";
import { CLIENT_SECRET, JWT_SECRET } from "../support/server";
import { onEachDatabase } from "../support/suite";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;

onEachDatabase((at) => {
  /** The events that some work adds to login.log. */
  const eventsOf = async (work: () => Promise<unknown>) => {
    const before = (await at.server.logLines()).length;
    await work();
    return (await at.server.logLines()).slice(before);
  };
  const sidOf = ({ access_token }: { access_token: string }): string =>
    JSON.parse(Buffer.from(access_token.split(".")[1]!, "base64url").toString()).sid;
  const common = {
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    ip: "127.0.0.1",
    level: expect.any(String),
  };

  test("S57 a first sign-in logs a new player and a login, a second one a login", async () => {
    const account = `${freshName()}@players.example`;
    let session = {} as Awaited<ReturnType<typeof signIn>>;
    const first = await eventsOf(async () => {
      session = await signIn(at.server, { account }, { device: "Ada's phone" });
    });
    const expected = {
      ...common,
      user_id: session.user.id,
      session_id: sidOf(session),
      device: "Ada's phone",
      route: "POST /api/login",
      request_id: expect.stringMatching(UUID),
    };
    expect(first).toEqual([
      { ...expected, event: "new_player", username: session.user.name },
      { ...expected, event: "login", provider: "google" },
    ]);
    expect((await eventsOf(() => signIn(at.server, { account }))).map(({ event }) => event)).toEqual([
      "login",
    ]);
  });

  test("S57 refresh, rename, picture and logout are logged with user, session, address and request", async () => {
    const session = await signIn(at.server);
    const name = freshName();
    const events = await eventsOf(async () => {
      const headers = { ...bearer(session), "x-request-id": "the-request" };
      await post(
        at.server,
        "/api/refresh",
        { refresh_token: session.refresh_token },
        { "x-request-id": "the-request" },
      );
      await post(at.server, "/api/update_username", { new_username: name }, headers);
      await post(at.server, "/api/update_picture", { new_picture: "hat" }, headers);
      await post(at.server, "/api/logout", { refresh_token: session.refresh_token }, headers);
    });
    const expected = {
      ...common,
      user_id: session.user.id,
      session_id: sidOf(session),
      request_id: "the-request",
    };
    expect(events).toEqual([
      { ...expected, event: "refresh", route: "POST /api/refresh" },
      { ...expected, event: "rename", username: name, route: "POST /api/update_username" },
      { ...expected, event: "picture_changed", route: "POST /api/update_picture" },
      { ...expected, event: "logout", route: "POST /api/logout" },
    ]);
  });

  test("S57 a replay is logged as such, and as the refusal it is", async () => {
    const session = await signIn(at.server);
    await refreshed(at.server, await refreshed(at.server, session));
    const events = await eventsOf(() => refresh(at.server, session));
    expect(events).toEqual([
      expect.objectContaining({
        event: "replay_detected",
        user_id: session.user.id,
        session_id: sidOf(session),
      }),
      expect.objectContaining({ event: "refused", code: "invalid_grant", route: "POST /api/refresh" }),
    ]);
  });

  test("S57 refusals are logged with their code", async () => {
    const banned = await signIn(at.server);
    const { access_token } = await googleTokens(at.server, { account: banned.user.email });
    await at.server.database.pool.query("UPDATE users SET banned_at = now() WHERE id = $1", [banned.user.id]);
    const foreign = await googleTokens(at.server, { client_id: "another-game" });
    const events = await eventsOf(async () => {
      await get(at.server, "/api/me");
      await get(at.server, "/api/me", bearer("abc"));
      await post(at.server, "/api/refresh", { refresh_token: "abc" });
      await post(at.server, "/api/login", { access_token: "abc" });
      await post(at.server, "/api/login", { access_token: foreign.access_token });
      await post(at.server, "/api/login", { access_token });
    });
    expect(events.map(({ event, code }) => [event, code])).toEqual([
      ["refused", "unauthorized"],
      ["refused", "invalid_token"],
      ["refused", "invalid_grant"],
      ["refused", "google_token_invalid"],
      ["refused", "google_audience_mismatch"],
      ["refused", "account_disabled"],
    ]);
  });

  test("S56 what a client sends cannot forge a line or drive a terminal", async () => {
    const evil = '\r\n{"event":"login","user_id":1}\u001b[31m\u001b]0;owned\u0007\u2028\u202e\u0085';
    const before = at.server.terminal().length;
    const path = `/api/me%0d%0a{"event":"login","user_id":1}%1b[31m`;
    const events = await eventsOf(async () => {
      const { access_token } = await googleTokens(at.server);
      await post(at.server, "/api/login", { access_token, device: evil });
      await get(at.server, path);
      for (const name of ["x-request-id", "user-agent", "referer", "x-forwarded-for"]) {
        await get(at.server, "/api/me", { [name]: '{"event":"login"}\t\u0085' });
      }
    });
    expect(events.map(({ event }) => event)).toEqual(["new_player", "login", ...Array(4).fill("refused")]);
    expect(events[1]?.device).toStartWith('\\u000d\\u000a{"event":"login"');
    const terminal = at.server.terminal().slice(before);
    expect(terminal).not.toMatch(/[[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]--\n]/v);
    for (const line of terminal.trimEnd().split("\n")) expect(JSON.parse(line)).toBeObject();
  });

  test("S57 S11 no token, code, secret or email is ever in the file or on the terminal", async () => {
    const { server } = at;
    const game = newGame();
    const codeVerifier = randomBytes(32).toString("base64url");
    const google = await googleTokens(server, { nonce: "a-nonce-to-look-for" });
    const login = async (body: object) => (await post(server, "/api/login", body)).body;
    const first = await login({ access_token: google.access_token });
    const second = await login({ id_token: google.id_token, nonce: "a-nonce-to-look-for" });
    const redirect = await signedInRedirect(server, game, google.account.email);
    const login_code = redirect.searchParams.get("code")!;
    const third = await login({ login_code, code_verifier: game.codeVerifier });
    expect(third.status).toBe("success");
    const later = await refreshed(server, first);
    const last = await refreshed(server, later);
    const secrets: string[] = [
      google.access_token,
      google.id_token,
      login_code,
      game.codeVerifier,
      game.state,
      codeVerifier,
      JWT_SECRET,
      CLIENT_SECRET,
      google.account.email,
      ...[first, second, third, later, last].flatMap((session) => [
        session.access_token,
        session.refresh_token,
      ]),
    ];
    // Every one of them where it does not belong.
    const redirect_uri = "http://localhost:5000/cb";
    for (const secret of secrets) {
      await login({ access_token: secret, device: "phone" });
      await login({ id_token: secret });
      await login({ code: secret, code_verifier: codeVerifier, redirect_uri });
      await login({ login_code: secret, code_verifier: codeVerifier });
      await refresh(server, secret);
      await get(server, "/api/me", { ...bearer(secret), "user-agent": secret });
      await get(server, `/api/me?access_token=${encodeURIComponent(secret)}`);
      await fetch(`${server.origin}/auth/google/callback?code=${secret}&state=${secret}`);
      await post(server, "/api/logout", { refresh_token: secret });
      await post(server, "/api/refresh", `{"refresh_token":"${secret}"`);
    }
    await server.logLines();
    const file = readFileSync(join(server.config.logDir, "login.log"), "utf8");
    expect(file.length).toBeGreaterThan(5_000);
    for (const secret of secrets) {
      for (const piece of [secret, secret.split(".").at(-1)!, encodeURIComponent(secret)]) {
        expect(file).not.toContain(piece);
        expect(server.terminal()).not.toContain(piece);
      }
    }
  });
});
