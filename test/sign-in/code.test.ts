import { expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { challengeOf, pickAtGoogle } from "../support/authorization";
import { freshAccount } from "../support/players";
import { expectError, post } from "../support/requests";
import { CLIENT_ID } from "../support/server";
import { onEachDatabase } from "../support/suite";

onEachDatabase((at) => {
  /** A game that goes straight to Google, up to the code in its hands. */
  const codeGrant = async (changes: Record<string, string> = {}, account = freshAccount()) => {
    const code_verifier = randomBytes(32).toString("base64url");
    const redirect_uri = changes.redirect_uri ?? "http://localhost:5000/auth/google/callback";
    const url = new URL(at.server.google.urls.auth);
    url.search = new URLSearchParams({
      client_id: CLIENT_ID,
      redirect_uri,
      response_type: "code",
      scope: "openid email profile",
      code_challenge: challengeOf(code_verifier),
      code_challenge_method: "S256",
      ...changes,
    }).toString();
    const code = (await pickAtGoogle(url, account)).searchParams.get("code") ?? "";
    return { code, code_verifier, redirect_uri };
  };
  const login = (body: object) => post(at.server, "/api/login", body);

  test("a code signs in, with the profile and email of the account", async () => {
    const account = freshAccount();
    const { status, body } = await login(await codeGrant({}, account));
    expect(status).toBe(200);
    expect(body.user.email).toBe(account);
    expect(body.user.picture).toContain("/local/avatars/");
  });

  test.each(["http://127.0.0.1:49152/", "http://[::1]:1234/cb", "http://localhost/cb?x=1"])(
    "S55 loopback may have any port and path: %s",
    async (redirect_uri) => {
      expect((await login(await codeGrant({ redirect_uri }))).status).toBe(200);
    },
  );

  test("a code serves once", async () => {
    const grant = await codeGrant();
    expect((await login(grant)).status).toBe(200);
    expectError(await login(grant), "google_token_invalid");
  });

  test("of twenty that send one code at once, one gets in", async () => {
    const grant = await codeGrant();
    const answers = await Promise.all(Array.from({ length: 20 }, () => login(grant)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(19).fill(401)]);
  });

  test("a code with another verifier is refused", async () => {
    const grant = await codeGrant();
    const code_verifier = randomBytes(32).toString("base64url");
    expectError(await login({ ...grant, code_verifier }), "google_token_invalid");
  });

  test("a code with another redirect is refused", async () => {
    const grant = await codeGrant();
    const redirect_uri = "http://localhost:5001/auth/google/callback";
    expectError(await login({ ...grant, redirect_uri }), "google_token_invalid");
  });

  test("a code of another client is refused", async () => {
    expectError(await login(await codeGrant({ client_id: "another-game" })), "google_token_invalid");
  });

  test("a code without an id token behind it is refused", async () => {
    expectError(await login(await codeGrant({ scope: "email" })), "google_token_invalid");
  });
});
