import { afterAll, expect, test } from "bun:test";
import { freshAccount } from "../support/players";
import { expectError, expectInvalid, post } from "../support/requests";
import { startProviderStandIns } from "../support/stand-ins";
import { onEachDatabase } from "../support/suite";

const standIns = startProviderStandIns();
afterAll(() => standIns.stop());

type Code = { server_auth_code: string; player_id: string };

onEachDatabase(
  (at) => {
    const codeOf = (account = freshAccount(), options = {}) =>
      standIns.tokens<Code>("google_play", account, options);
    const login = (server_auth_code: string, rest: object = {}) =>
      post(at.server, "/api/login", { provider: "google_play", server_auth_code, ...rest });

    test("a server auth code signs in, and the player is known by their id at Play Games", async () => {
      const account = freshAccount();
      const { server_auth_code, player_id } = await codeOf(account);
      const { status, body } = await login(server_auth_code);
      expect(status).toBe(200);
      expect(body.user).toMatchObject({ email: "", guest: false, providers: ["google_play"] });
      expect(body.user.picture).toStartWith(`${standIns.origin}/local/avatars/`);
      const { rows } = await at.server.database.pool.query(
        "SELECT user_id, email FROM identities WHERE provider = 'google_play' AND subject = $1",
        [player_id],
      );
      expect(rows).toEqual([{ user_id: body.user.id, email: null }]);
    });

    test("S10 who comes back is the same player", async () => {
      const account = freshAccount();
      const first = await login((await codeOf(account)).server_auth_code);
      const second = await login((await codeOf(account)).server_auth_code);
      expect(second.body.user.id).toBe(first.body.user.id);
    });

    test("a code serves once, also when twenty send it at once", async () => {
      const { server_auth_code } = await codeOf();
      const answers = await Promise.all(Array.from({ length: 20 }, () => login(server_auth_code)));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(19).fill(401)]);
      expectError(await login(server_auth_code), "provider_token_invalid");
    });

    test("a code of another game is refused", async () => {
      const { server_auth_code } = await codeOf(freshAccount(), { client_id: "another-game" });
      expectError(await login(server_auth_code), "provider_token_invalid");
    });

    test("a code that Google takes back is refused", async () => {
      const account = freshAccount();
      const { server_auth_code } = await codeOf(account);
      await standIns.order("revoke", { account, provider: "google_play" });
      expectError(await login(server_auth_code), "provider_token_invalid");
    });

    test("S13 a Play Games that fails is a 503, and the next code gets in", async () => {
      const account = freshAccount();
      for (const order of ["fail_next", "lose_next_answer"]) {
        await standIns.order(order, { provider: "google_play" });
        expectError(await login((await codeOf(account)).server_auth_code), "provider_unavailable_now");
      }
      expect((await login((await codeOf(account)).server_auth_code)).status).toBe(200);
    });

    test("it has no page and no other proof", async () => {
      const page = await fetch(
        `${at.server.origin}/auth/google_play/start?redirect_uri=http://localhost/&state=s`,
        {
          redirect: "manual",
        },
      );
      expect(page.status).toBe(400);
      const code = { provider: "google_play", code: "x", code_verifier: "v".repeat(43) };
      expectInvalid(await post(at.server, "/api/login", code), "provider");
    });

    test("S57 the log tells of the sign-in, and has neither code nor token", async () => {
      const { server_auth_code, player_id } = await codeOf();
      const { body } = await login(server_auth_code);
      const lines = await at.server.logLines();
      expect(lines).toContainEqual(
        expect.objectContaining({ event: "login", user_id: body.user.id, provider: "google_play" }),
      );
      for (const secret of [server_auth_code, player_id, "ya29.", "GOCSPX"]) {
        expect(JSON.stringify(lines)).not.toContain(secret);
        expect(at.server.terminal()).not.toContain(secret);
      }
    });
  },
  { env: standIns.googlePlayEnv },
);
