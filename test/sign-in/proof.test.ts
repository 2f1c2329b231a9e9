import { expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { callbackUrl, newGame } from "../support/authorization";
import { googleTokens } from "../support/players";
import { expectError, expectInvalid, post } from "../support/requests";
import { onEmbedded } from "../support/suite";

onEmbedded((at) => {
  const login = (body: unknown) => post(at.server, "/api/login", body);
  const codeVerifier = randomBytes(32).toString("base64url");
  const redirect_uri = "http://localhost:5000/auth/google/callback";

  test("a sign-in without a proof is a 400", async () => {
    for (const body of [
      {},
      { device: "phone" },
      { nonce: "n" },
      { code_verifier: codeVerifier, redirect_uri },
    ]) {
      expectInvalid(await login(body), "");
    }
  });

  test("a sign-in with several proofs is a 400, even when each is good", async () => {
    const { access_token, id_token } = await googleTokens(at.server);
    expectInvalid(await login({ access_token, id_token }), "");
    expectInvalid(await login({ access_token, code: "c", code_verifier: codeVerifier, redirect_uri }), "");
    expectInvalid(await login({ id_token, login_code: "c", code_verifier: codeVerifier }), "");
    expectInvalid(await login({ access_token, id_token, code: "c", login_code: "l" }), "");
  });

  test("a code needs its verifier and its redirect", async () => {
    expectInvalid(await login({ code: "c", redirect_uri }), "code_verifier");
    expectInvalid(await login({ code: "c", code_verifier: codeVerifier }), "redirect_uri");
    expectInvalid(await login({ login_code: "c" }), "code_verifier");
  });

  test.each([
    ["access_token", ""],
    ["access_token", 7],
    ["access_token", ["a"]],
    ["access_token", { token: "a" }],
    ["access_token", "x".repeat(8_193)],
    ["id_token", false],
    ["code", ""],
    ["login_code", 1],
  ])("%s of %j is a 400", async (name, value) => {
    expectInvalid(await login({ [name]: value }), name);
  });

  test.each([
    ["too short", "a".repeat(42)],
    ["too long", "a".repeat(129)],
    ["of other characters", `${"a".repeat(42)}+`],
    ["of other characters, after a line feed", `${"a".repeat(43)}\n`],
    ["empty", ""],
  ])("a code_verifier that is %s is a 400", async (_what, code_verifier) => {
    expectInvalid(await login({ code: "c", code_verifier, redirect_uri }), "code_verifier");
  });

  test("members that are null count as absent, as typed clients send them", async () => {
    const { access_token } = await googleTokens(at.server);
    const absent = { id_token: null, nonce: null, code: null, login_code: null, code_verifier: null };
    const { status } = await login({
      access_token,
      ...absent,
      redirect_uri: null,
      device: null,
      later: null,
    });
    expect(status).toBe(200);
    expectInvalid(await login({ access_token: null }), "");
    expectInvalid(
      await login({ code: "c", code_verifier: codeVerifier, redirect_uri: null }),
      "redirect_uri",
    );
  });

  test("a device's 64 characters are those that a person counts, not UTF-16 units", async () => {
    const { access_token } = await googleTokens(at.server);
    const device = "\u{1F3AE}".repeat(64);
    const { status, body } = await login({ access_token, device });
    expect(status).toBe(200);
    const { rows } = await at.server.database.pool.query(
      "SELECT device FROM refresh_tokens WHERE user_id = $1 ORDER BY created_at DESC LIMIT 1",
      [body.user.id],
    );
    expect(rows).toEqual([{ device }]);
    const tooLong = await login({ access_token, device: `${device}x` });
    expectInvalid(tooLong, "device");
    expect(tooLong.body.fields[0]?.message).toBe("Expected string of at most 64 characters");
  });

  test("a device has a name of at most 64 characters", async () => {
    const { access_token } = await googleTokens(at.server);
    expectInvalid(await login({ access_token, device: "x".repeat(65) }), "device");
    expectInvalid(await login({ access_token, device: 7 }), "device");
    const { status, body } = await login({ access_token, device: "\u{1F3AE}".repeat(32) });
    expect(status).toBe(200);
    const { rows } = await at.server.database.pool.query(
      "SELECT device FROM refresh_tokens WHERE user_id = $1",
      [body.user.id],
    );
    expect(rows).toEqual([{ device: "\u{1F3AE}".repeat(32) }]);
  });

  test.each([
    "http://example.com/",
    "https://localhost:5000/",
    "http://localhost.evil.example/",
    "http://user@localhost:5000/",
    "http://2130706433/",
    "http://0177.0.0.1/",
    "http://0x7f.0.0.1/",
    "javascript:alert(1)",
    "not a url",
    "http://localhost:5000/#fragment",
  ])("S55 a code for %s is a 400, and Google is not asked", async (uri) => {
    expectInvalid(await login({ code: "c", code_verifier: codeVerifier, redirect_uri: uri }), "redirect_uri");
  });

  test("a made-up code is refused", async () => {
    const code = "4/made-up";
    expectError(await login({ code, code_verifier: codeVerifier, redirect_uri }), "google_token_invalid");
    expectError(await login({ login_code: code, code_verifier: codeVerifier }), "invalid_grant");
  });

  test("a code of the account server's own leg is no code of a game", async () => {
    const url = await callbackUrl(at.server, newGame());
    const code = url.searchParams.get("code");
    expectError(await login({ code, code_verifier: codeVerifier, redirect_uri }), "google_token_invalid");
  });
});
