import { describe, expect, test } from "bun:test";
import { freshAccount, freshName, googleTokens, signIn } from "../support/players";
import { bearer, expectError, get, post } from "../support/requests";
import { onEachDatabase } from "../support/suite";

onEachDatabase((at) => {
  const users = async (sub: string) => {
    const { rows } = await at.server.database.pool.query(
      "SELECT u.* FROM users AS u JOIN identities AS i ON i.user_id = u.id WHERE i.provider = 'google' AND i.subject = $1",
      [sub],
    );
    return rows;
  };

  test("a first sign-in answers with the session and the user of docs/wire.md", async () => {
    const { access_token, account } = await googleTokens(at.server, { given_name: freshName() });
    const { status, body } = await post(at.server, "/api/login", { access_token });
    expect(status).toBe(200);
    expect(body as object).toEqual({
      status: "success",
      user: {
        id: expect.any(Number),
        name: expect.any(String),
        email: account.email,
        picture: expect.stringContaining(account.sub),
        stars: 0,
        level: 1,
        guest: false,
        providers: ["google"],
        roles: ["player"],
        created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        last_login: body.user.created_at,
      },
      access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      refresh_token: expect.stringMatching(/^[\w-]{20,}$/),
      token_type: "Bearer",
      expires_in: 3600,
    });
  });

  test("S15 the first sign-in's token names the committed user", async () => {
    const { access_token, account } = await googleTokens(at.server);
    const { body } = await post(at.server, "/api/login", { access_token });
    const [row] = await users(account.sub);
    const claims = JSON.parse(Buffer.from(body.access_token.split(".")[1] ?? "", "base64url").toString());
    expect(claims).toMatchObject({ sub: String(row.id), user_id: row.id });
    const me = await get(at.server, "/api/me", bearer(body));
    expect(me.body.user).toEqual(body.user);
  });

  test("a later sign-in finds the same user and moves last_login alone", async () => {
    const account = freshAccount();
    const first = await signIn(at.server, { account });
    at.server.clock.advance(90);
    const { user } = await signIn(at.server, { account });
    expect({ ...user, last_login: "" }).toEqual({ ...first.user, last_login: "" });
    expect(Date.parse(user.last_login) - Date.parse(first.user.last_login)).toBeGreaterThanOrEqual(90_000);
  });

  test("S16 twenty first sign-ins at once make one player", async () => {
    const account = freshAccount();
    const tokens = await Promise.all(Array.from({ length: 20 }, () => googleTokens(at.server, { account })));
    const answers = await Promise.all(
      tokens.map(({ access_token }) => post(at.server, "/api/login", { access_token })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(new Set(answers.map(({ body }) => body.user.id)).size).toBe(1);
    expect(new Set(answers.map(({ body }) => body.refresh_token)).size).toBe(20);
    expect(await users(tokens[0]!.account.sub)).toHaveLength(1);
  });

  describe("an id token opens one session", () => {
    const login = (id_token: string) => post(at.server, "/api/login", { id_token });

    test("and the same again when it is sent again within a minute, its answer lost", async () => {
      const { id_token } = await googleTokens(at.server);
      const first = await login(id_token);
      at.server.clock.advance(59);
      const again = await login(id_token);
      expect(again.status).toBe(200);
      expect(again.body.refresh_token).toBe(first.body.refresh_token);
      expect((await get(at.server, "/api/me", bearer(again.body))).status).toBe(200);
      expect((await at.server.logLines()).at(-1)).toMatchObject({ event: "login_repeated" });
    });

    test("and none when it is sent again later; the first goes on", async () => {
      const { id_token } = await googleTokens(at.server);
      const { body } = await login(id_token);
      at.server.clock.advance(61);
      expectError(await login(id_token), "google_token_invalid");
      expect((await get(at.server, "/api/me", bearer(body))).status).toBe(200);
    });

    test("however its signature is spelled", async () => {
      const { id_token } = await googleTokens(at.server);
      const first = await login(id_token);
      const last = id_token.at(-1) ?? "";
      const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
      const other = alphabet[alphabet.indexOf(last) ^ 1] ?? "";
      const respelled = await login(id_token.slice(0, -1) + other);
      if (respelled.status === 200) expect(respelled.body.refresh_token).toBe(first.body.refresh_token);
      else expectError(respelled, "google_token_invalid");
    });

    test("of twenty at once as well", async () => {
      const { id_token } = await googleTokens(at.server);
      const answers = await Promise.all(Array.from({ length: 20 }, () => login(id_token)));
      expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
      expect(new Set(answers.map(({ body }) => body.refresh_token)).size).toBe(1);
    });

    test("and no other once that is signed out", async () => {
      const { id_token } = await googleTokens(at.server);
      const { body } = await login(id_token);
      await post(at.server, "/api/logout", { refresh_token: body.refresh_token });
      expectError(await login(id_token), "invalid_grant");
    });
  });

  test("S1 an access token of another app is refused and makes no user", async () => {
    const { access_token, account } = await googleTokens(at.server, { client_id: "another-game" });
    expectError(await post(at.server, "/api/login", { access_token }), "google_audience_mismatch");
    expect(await users(account.sub)).toEqual([]);
  });

  test("an access token that Google does not know is refused", async () => {
    expectError(
      await post(at.server, "/api/login", { access_token: "ya29.made-up" }),
      "google_token_invalid",
    );
  });

  test("an access token with bytes that no header holds is refused", async () => {
    for (const access_token of ["a b", "a\r\nx-evil: 1", "ü", "a\u0085"]) {
      expectError(await post(at.server, "/api/login", { access_token }), "google_token_invalid");
    }
  });

  test("S9 an unverified email is not stored as verified", async () => {
    const account = freshAccount();
    const { account: google } = await googleTokens(at.server, { account });
    await signIn(at.server, { account, email_verified: false });
    expect(await users(google.sub)).toMatchObject([{ email_verified: false }]);
    await signIn(at.server, { account });
    expect(await users(google.sub)).toMatchObject([{ email_verified: true }]);
    await signIn(at.server, { account, email_verified: false });
    expect(await users(google.sub)).toMatchObject([{ email_verified: false }]);
  });

  test("S10 two accounts that share an email are two players", async () => {
    const email = freshAccount();
    const one = await signIn(at.server, { email });
    const other = await signIn(at.server, { email });
    expect([one.user.email, other.user.email]).toEqual([email, email]);
    expect(other.user.id).not.toBe(one.user.id);
  });

  test("S10 an account whose email changed is the same player", async () => {
    const account = freshAccount();
    const before = await signIn(at.server, { account });
    const email = freshAccount();
    const after = await signIn(at.server, { account, email });
    expect(after.user).toMatchObject({ id: before.user.id, name: before.user.name, email });
  });

  test("an account without an email can play", async () => {
    const { user } = await signIn(at.server, { scope: "openid profile" });
    expect(user.email).toBe("");
  });

  test("an id token signs in and carries the profile itself", async () => {
    const given_name = freshName();
    const { id_token, account } = await googleTokens(at.server, { given_name });
    const { status, body } = await post(at.server, "/api/login", { id_token });
    expect(status).toBe(200);
    expect(body.user).toMatchObject({ name: given_name, email: account.email });
  });

  test("S8 an id token must carry the nonce that is asked for", async () => {
    const nonce = "a nonce of this sign-in";
    const { id_token } = await googleTokens(at.server, { nonce });
    expect((await post(at.server, "/api/login", { id_token, nonce })).status).toBe(200);
    expectError(await post(at.server, "/api/login", { id_token, nonce: "another" }), "google_token_invalid");
    const { id_token: without } = await googleTokens(at.server);
    expectError(await post(at.server, "/api/login", { id_token: without, nonce }), "google_token_invalid");
  });

  test("S35 a banned player cannot sign in, and their sessions stay dead", async () => {
    const account = freshAccount();
    const { user } = await signIn(at.server, { account });
    await at.server.database.pool.query("UPDATE users SET banned_at = now() WHERE id = $1", [user.id]);
    const { access_token } = await googleTokens(at.server, { account });
    expectError(await post(at.server, "/api/login", { access_token }), "account_disabled", { until: null });
  });

  // Last: Google's library goes by the real time, so that no id token is valid from here on.
  test("an access token that has expired is refused", async () => {
    const { access_token } = await googleTokens(at.server);
    at.server.clock.advance(3_600);
    expectError(await post(at.server, "/api/login", { access_token }), "google_token_invalid");
  });
});
