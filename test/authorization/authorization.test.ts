import { expect, test } from "bun:test";
import {
  callbackUrl,
  challengeOf,
  locationOf,
  newGame,
  pickAtGoogle,
  signedInRedirect,
  startUrl,
} from "../support/authorization";
import { expectError, get, post } from "../support/requests";
import { onEachDatabase } from "../support/suite";

onEachDatabase((at) => {
  const redeem = (login_code: string | null, code_verifier: string) =>
    post(at.server, "/api/login", { login_code, code_verifier });

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

  test("a login code serves once", async () => {
    const game = newGame();
    const code = (await signedInRedirect(at.server, game)).searchParams.get("code");
    await redeem(code, game.codeVerifier);
    expectError(await redeem(code, game.codeVerifier), "invalid_grant");
  });

  test("twenty redemptions of one login code make one session", async () => {
    const game = newGame();
    const code = (await signedInRedirect(at.server, game)).searchParams.get("code");
    const answers = await Promise.all(Array.from({ length: 20 }, () => redeem(code, game.codeVerifier)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
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
    const replayed = await fetch(callback, { redirect: "manual" });
    expect(replayed.status).toBe(400);
    expect(replayed.headers.get("content-type")).toStartWith("text/html");
  });

  test("a state that is not ours gets a page, whatever the code", async () => {
    const callback = await callbackUrl(at.server, newGame());
    callback.searchParams.set("state", "made-up");
    expect((await get(at.server, callback.pathname + callback.search)).status).toBe(400);
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
    expect((await get(at.server, callback.pathname + callback.search)).status).toBe(400);
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
    const response = await fetch(startUrl(at.server, newGame(redirectUri)), { redirect: "manual" });
    expect(response.status).toBe(400);
    expect(response.headers.get("location")).toBeNull();
  });

  test("the local Google's code cannot be redeemed as our login code", async () => {
    const game = newGame();
    const answered = await pickAtGoogle(await locationOf(startUrl(at.server, game)));
    expectError(await redeem(answered.searchParams.get("code"), game.codeVerifier), "invalid_grant");
  });
});
