import { describe, expect, test } from "bun:test";
import {
  callbackUrl,
  challengeOf,
  locationOf,
  newGame,
  pickAtGoogle,
  signedInRedirect,
  startUrl,
  visit,
} from "../support/authorization";
import { refresh } from "../support/players";
import { bearer, expectError, get, post } from "../support/requests";
import { onEachDatabase } from "../support/suite";

onEachDatabase((at) => {
  const redeem = (login_code: string | null, code_verifier: string) =>
    post(at.server, "/api/login", { login_code, code_verifier });
  const lastReason = async () =>
    (await at.server.logLines()).findLast(({ event }) => event === "sign_in_failed")?.reason;

  test("a game signs a player in with nothing but the server's address", async () => {
    const game = newGame();
    const redirect = await signedInRedirect(at.server, game);
    expect(redirect.href).toStartWith(`${game.redirectUri}?`);
    expect([...redirect.searchParams.keys()].sort()).toEqual(["code", "state"]);
    expect(redirect.searchParams.get("state")).toBe(game.state);
    const answer = await redeem(redirect.searchParams.get("code"), game.codeVerifier);
    expect(answer.status).toBe(200);
    expect(answer.body.user.email).toBe("ada@players.example");
  });

  test("Google is asked with a state and a PKCE challenge of our own", async () => {
    const game = newGame();
    const { searchParams } = await locationOf(startUrl(at.server, game));
    expect(searchParams.get("code_challenge_method")).toBe("S256");
    expect(searchParams.get("code_challenge")).not.toBe(challengeOf(game.codeVerifier));
    expect(searchParams.get("state")).not.toBe(game.state);
    expect(searchParams.get("redirect_uri")).toEndWith("/auth/google/callback");
  });

  test("the player chooses an account at Google every time: no page signs them in unasked", async () => {
    for (let turn = 0; turn < 2; turn++) {
      const { searchParams } = await locationOf(startUrl(at.server, newGame()));
      expect(searchParams.get("prompt")).toBe("select_account");
    }
  });

  test("a login code whose answer was lost gets the same session within its minute", async () => {
    const game = newGame();
    const code = (await signedInRedirect(at.server, game)).searchParams.get("code");
    const first = await redeem(code, game.codeVerifier);
    at.server.clock.advance(59);
    const again = await redeem(code, game.codeVerifier);
    expect(again.status).toBe(200);
    expect(again.body.refresh_token).toBe(first.body.refresh_token);
    expect((await refresh(at.server, again.body)).status).toBe(200);
  });

  test("the second use of a login code after its minute ends the session of the first", async () => {
    const game = newGame();
    const code = (await signedInRedirect(at.server, game)).searchParams.get("code");
    const { body } = await redeem(code, game.codeVerifier);
    at.server.clock.advance(61);
    expectError(await redeem(code, game.codeVerifier), "invalid_grant");
    expectError(await refresh(at.server, body), "invalid_grant");
    const replayed = (await at.server.logLines()).filter(({ event }) => event === "replay_detected");
    expect(replayed.at(-1)).toMatchObject({ reason: "login_code", user_id: body.user.id });
  });

  test("the second use of a login code with another verifier ends the session of the first", async () => {
    const game = newGame();
    const code = (await signedInRedirect(at.server, game)).searchParams.get("code");
    const { body } = await redeem(code, game.codeVerifier);
    expectError(await redeem(code, newGame().codeVerifier), "invalid_grant");
    expectError(await get(at.server, "/api/me", bearer(body)), "invalid_token");
    expectError(await redeem(code, game.codeVerifier), "invalid_grant");
  });

  test("a login code whose session was signed out opens no other", async () => {
    const game = newGame();
    const code = (await signedInRedirect(at.server, game)).searchParams.get("code");
    const { body } = await redeem(code, game.codeVerifier);
    await post(at.server, "/api/logout", { refresh_token: body.refresh_token });
    expectError(await redeem(code, game.codeVerifier), "invalid_grant");
  });

  test("twenty redemptions of one login code make one session", async () => {
    const game = newGame();
    const code = (await signedInRedirect(at.server, game)).searchParams.get("code");
    const answers = await Promise.all(Array.from({ length: 20 }, () => redeem(code, game.codeVerifier)));
    expect(new Set(answers.map(({ body }) => body.refresh_token)).size).toBe(1);
    const opened = (await at.server.logLines()).filter(
      ({ event, request_id }) =>
        event === "login" && answers.some(({ headers }) => headers.get("x-request-id") === request_id),
    );
    expect(opened).toHaveLength(1);
  });

  test("a login code is spent by a wrong verifier", async () => {
    const game = newGame();
    const code = (await signedInRedirect(at.server, game)).searchParams.get("code");
    expectError(await redeem(code, newGame().codeVerifier), "invalid_grant");
    expectError(await redeem(code, game.codeVerifier), "invalid_grant");
  });

  test("a login code lives for 60 seconds", async () => {
    const game = newGame();
    const code = (await signedInRedirect(at.server, game)).searchParams.get("code");
    at.server.clock.advance(61);
    expectError(await redeem(code, game.codeVerifier), "invalid_grant");
  });

  test("a callback serves once", async () => {
    const callback = await callbackUrl(at.server, newGame());
    await locationOf(callback);
    const replayed = await visit(callback);
    expect(replayed.status).toBe(400);
    expect(replayed.headers.get("content-type")).toStartWith("text/html");
    expect(await lastReason()).toBe("state_replayed");
  });

  test("a callback that comes twice at once serves once", async () => {
    const callback = await callbackUrl(at.server, newGame());
    const answers = await Promise.all(Array.from({ length: 10 }, () => visit(callback)));
    const codes = answers.map((answer) =>
      URL.parse(answer.headers.get("location") ?? "")?.searchParams.get("code"),
    );
    expect(codes.filter(Boolean)).toHaveLength(1);
  });

  test("a HEAD of the callback spends nothing", async () => {
    const callback = await callbackUrl(at.server, newGame());
    expect((await visit(callback, { method: "HEAD" })).status).toBe(200);
    expect((await locationOf(callback)).searchParams.get("code")).not.toBeNull();
  });

  test("a start leaves nothing in the database", async () => {
    const rows = async () => {
      const { pool } = at.server.database;
      const { rows: counts } = await pool.query(
        "SELECT (SELECT count(*) FROM authorization_requests) + (SELECT count(*) FROM login_codes) + (SELECT count(*) FROM spent_proofs) AS n",
      );
      return counts[0].n;
    };
    const before = await rows();
    for (let turn = 0; turn < 50; turn++) await locationOf(startUrl(at.server, newGame()));
    expect(await rows()).toBe(before);
  });

  describe("the browser that began a sign-in", () => {
    test("is known by a cookie that scripts and other sites do not see", async () => {
      const { headers } = await visit(startUrl(at.server, newGame()), { headers: { cookie: "x=y" } });
      expect(headers.get("set-cookie")).toMatch(
        /^sign-in=[\w-]{22}; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax$/,
      );
    });

    test("is sent to the name that the callback will have, once, because cookies belong to a name", async () => {
      const start = startUrl(at.server, newGame());
      const { headers } = await fetch(start, { redirect: "manual" });
      const own = new URL(headers.get("location") ?? "");
      expect(own.host).toBe(`localhost:${new URL(at.server.origin).port}`);
      expect(own.href).toEndWith(`${new URL(start).search}&redirected=1`);
      expect((await locationOf(own)).origin).toBe(at.server.google.origin);
    });

    test("keeps its cookie, so that a second tab does not disturb the first", async () => {
      const first = await callbackUrl(at.server, newGame());
      const second = await callbackUrl(at.server, newGame());
      for (const callback of [first, second])
        expect((await locationOf(callback)).searchParams.get("code")).not.toBeNull();
    });

    test.each([
      ["another browser", { cookie: `sign-in=${"A".repeat(22)}` }],
      ["none that is known", { cookie: "x=y" }],
    ])("is not %s: it gets a page", async (_what, headers) => {
      const callback = await callbackUrl(at.server, newGame());
      const answer = await visit(callback, { headers });
      expect(answer.status).toBe(400);
      expect(answer.headers.get("location")).toBeNull();
      expect(await answer.text()).toContain("another browser");
      expect(await lastReason()).toBe("state_of_another_browser");
      // And has lost nothing.
      expect((await locationOf(callback)).searchParams.get("code")).not.toBeNull();
    });
  });

  test("a state that is not ours gets a page, whatever the code", async () => {
    const callback = await callbackUrl(at.server, newGame());
    callback.searchParams.set("state", "made-up");
    expect((await visit(callback)).status).toBe(400);
    expect(await lastReason()).toBe("state_unknown");
  });

  test("a state that is spelled another way has served as well", async () => {
    const callback = await callbackUrl(at.server, newGame());
    await locationOf(callback);
    const state = callback.searchParams.get("state") ?? "";
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const last = alphabet.indexOf(state.at(-1) ?? "");
    callback.searchParams.set("state", state.slice(0, -1) + alphabet[last ^ 1]);
    expect((await visit(callback)).status).toBe(400);
    expect(await lastReason()).toMatch(/^state_(replayed|unknown)$/);
  });

  test.each([
    ["cut", (state: string) => state.slice(0, -1)],
    ["changed", (state: string) => state.replace(/.(?=.{30}$)/, (c) => (c === "A" ? "B" : "A"))],
    [
      "of another key",
      (state: string) =>
        state.replace(/^[^.]+/, btoa('{"alg":"dir","enc":"A256GCM","kid":"x"}').replaceAll("=", "")),
    ],
    ["unencrypted", () => `${btoa('{"alg":"none"}').replaceAll("=", "")}.${btoa("{}").replaceAll("=", "")}.`],
  ])("a state that was %s is none", async (_what, change) => {
    const callback = await callbackUrl(at.server, newGame());
    callback.searchParams.set("state", change(callback.searchParams.get("state") ?? ""));
    expect((await visit(callback)).status).toBe(400);
    expect(await lastReason()).toBe("state_unknown");
  });

  test("a state swapped for another player's ends with that sign-in's own challenge", async () => {
    const victim = newGame();
    const thief = newGame();
    const victimCallback = await callbackUrl(at.server, victim, "ada");
    const thiefCallback = await callbackUrl(at.server, thief, "bruno");
    thiefCallback.searchParams.set("code", victimCallback.searchParams.get("code") ?? "");
    const redirect = await locationOf(thiefCallback);
    // Google refuses the code: it was asked for with another PKCE challenge.
    expect(redirect.searchParams.get("error")).toBe("access_denied");
    expect(redirect.searchParams.get("code")).toBeNull();
  });

  test("a sign-in waits ten minutes for the player", async () => {
    const callback = await callbackUrl(at.server, newGame());
    at.server.clock.advance(601);
    expect((await visit(callback)).status).toBe(400);
  });

  test("a player who declines comes back to the game with access_denied", async () => {
    const game = newGame();
    const google = await locationOf(startUrl(at.server, game));
    const declined = await locationOf(google, {
      method: "POST",
      body: new URLSearchParams({ action: "cancel" }),
    });
    const redirect = await locationOf(new URL(declined.pathname + declined.search, at.server.origin));
    expect(Object.fromEntries(redirect.searchParams)).toEqual({ error: "access_denied", state: game.state });
  });

  test("text from the provider reaches neither page nor game", async () => {
    const game = newGame();
    const google = await locationOf(startUrl(at.server, game));
    const state = google.searchParams.get("state") ?? "";
    const hostile = new URLSearchParams({ state, error: "<script>alert(1)</script>" });
    const redirect = await locationOf(`${at.server.origin}/auth/google/callback?${hostile}`);
    expect(redirect.searchParams.get("error")).toBe("server_error");
    expect(redirect.href).not.toContain("script");
  });

  test("a redirect URI keeps its own query", async () => {
    const game = newGame("http://127.0.0.1:41234/done?level=3");
    const redirect = await signedInRedirect(at.server, game);
    expect(redirect.searchParams.get("level")).toBe("3");
  });

  test.each([
    ["no challenge", { code_challenge: undefined }],
    ["the plain method", { code_challenge_method: "plain" }],
    ["no state", { state: undefined }],
    ["a challenge that is no SHA-256", { code_challenge: "short" }],
    ["no redirect URI", { redirect_uri: undefined }],
  ])("%s gets a page and no redirect", async (_, changes) => {
    const response = await fetch(startUrl(at.server, newGame(), changes), { redirect: "manual" });
    expect(response.status).toBe(400);
    expect(response.headers.get("content-type")).toStartWith("text/html");
    expect(await response.text()).toContain("Sign-in could not go on");
  });

  test.each([
    "https://evil.example/",
    "http://localhost.evil.example/",
    "http://user@localhost/",
    "http://2130706433/",
    "http://0177.0.0.1/",
    "http://127.1/",
    "https://localhost:5000/",
    "http://localhost:5000/#fragment",
    "http://localhost\\@evil.example/",
    "javascript:alert(1)",
    "//localhost/",
  ])("S55 the redirect %s is refused", async (redirectUri) => {
    const response = await visit(startUrl(at.server, newGame(redirectUri)));
    expect(response.status).toBe(400);
    expect(response.headers.get("location")).toBeNull();
    expect(await lastReason()).toBe("redirect_uri_invalid");
  });

  test("the local Google's code cannot be redeemed as our login code", async () => {
    const game = newGame();
    const answered = await pickAtGoogle(await locationOf(startUrl(at.server, game)));
    expectError(await redeem(answered.searchParams.get("code"), game.codeVerifier), "invalid_grant");
  });
});
