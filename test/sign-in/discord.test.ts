import { afterAll, expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { challengeOf, locationOf, newGame, pickAtGoogle as pickAt, startUrl } from "../support/authorization";
import { chromiumPath, launchChromium } from "../support/chromium";
import { freshAccount } from "../support/players";
import { bearer, expectError, expectInvalid, post } from "../support/requests";
import { startProviderStandIns } from "../support/stand-ins";
import { onEachDatabase } from "../support/suite";

const standIns = startProviderStandIns();
afterAll(() => standIns.stop());

type ActivityCode = { code: string; code_verifier: string; user_id: string };

onEachDatabase(
  (at) => {
    const login = (body: object) => post(at.server, "/api/login", { provider: "discord", ...body });
    const activity = async (account = freshAccount(), options = {}) => {
      const { user_id, ...proof } = await standIns.tokens<ActivityCode>("discord", account, options);
      return { user_id, proof };
    };

    /** A game that goes straight to Discord, as with its Social SDK. */
    const codeGrant = async (changes: Record<string, string> = {}, account = freshAccount()) => {
      const code_verifier = randomBytes(32).toString("base64url");
      const redirect_uri = "http://127.0.0.1/callback";
      const url = new URL(`${standIns.endpoints.discord.url}/oauth2/authorize`);
      url.search = new URLSearchParams({
        client_id: standIns.discordEnv.DISCORD_CLIENT_ID ?? "",
        redirect_uri,
        response_type: "code",
        scope: "identify email",
        code_challenge: challengeOf(code_verifier),
        code_challenge_method: "S256",
        ...changes,
      }).toString();
      const code = (await pickAt(url, account)).searchParams.get("code") ?? "";
      return { code, code_verifier, redirect_uri };
    };

    const atDiscord = (url: string) => url.replace("/auth/google/", "/auth/discord/");
    const authorizationUrl = (game = newGame()) => locationOf(atDiscord(startUrl(at.server, game)));

    test("the code of an Activity signs in, and the player is known by their id at Discord", async () => {
      const account = freshAccount();
      const { proof, user_id } = await activity(account);
      const { status, body } = await login(proof);
      expect(status).toBe(200);
      expect(body.user).toMatchObject({ email: account, guest: false, providers: ["discord"] });
      expect((await fetch(body.user.picture ?? "")).headers.get("content-type")).toBe("image/svg+xml");
      const { rows } = await at.server.database.pool.query(
        "SELECT user_id, email, email_verified FROM identities WHERE provider = 'discord' AND subject = $1",
        [user_id],
      );
      expect(rows).toEqual([{ user_id: body.user.id, email: account, email_verified: true }]);
    });

    test("S10 Activity, game and page sign the same player in", async () => {
      const account = freshAccount();
      const inside = await login((await activity(account)).proof);
      const outside = await login(await codeGrant({}, account));
      const game = newGame();
      const back = await locationOf(await pickAt(await authorizationUrl(game), account));
      const page = await post(at.server, "/api/login", {
        login_code: back.searchParams.get("code"),
        code_verifier: game.codeVerifier,
      });
      expect(outside.status).toBe(200);
      expect(back.searchParams.get("state")).toBe(game.state);
      expect([outside, page].map(({ body }) => body.user.id)).toEqual(Array(2).fill(inside.body.user.id));
    });

    test("a player without the scope email has none, and one without identify does not get in", async () => {
      expect(
        (await login((await activity(freshAccount(), { scope: "identify" })).proof)).body.user.email,
      ).toBe("");
      expectError(
        await login((await activity(freshAccount(), { scope: "guilds" })).proof),
        "provider_token_invalid",
      );
    });

    test("a code serves once, also when twenty send it at once", async () => {
      const { proof } = await activity();
      const answers = await Promise.all(Array.from({ length: 20 }, () => login(proof)));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(19).fill(401)]);
      expectError(await login(proof), "provider_token_invalid");
    });

    test("a code with another verifier is refused", async () => {
      const code_verifier = randomBytes(32).toString("base64url");
      expectError(await login({ ...(await activity()).proof, code_verifier }), "provider_token_invalid");
      expectError(await login({ ...(await codeGrant()), code_verifier }), "provider_token_invalid");
    });

    test("a code of another application is refused", async () => {
      const client_id = "268473310986240001";
      expectError(
        await login((await activity(freshAccount(), { client_id })).proof),
        "provider_token_invalid",
      );
      expectError(await login(await codeGrant({ client_id })), "provider_token_invalid");
    });

    test("a code that went to a redirect is not an Activity's, nor the other way round", async () => {
      const { redirect_uri, ...bare } = await codeGrant();
      expectError(await login(bare), "provider_token_invalid");
      expectError(await login({ ...(await activity()).proof, redirect_uri }), "provider_token_invalid");
    });

    test("a code that went to a redirect of nobody's is not asked about", async () => {
      const { proof } = await activity();
      expectInvalid(await login({ ...proof, redirect_uri: "https://evil.example/" }), "redirect_uri");
      expect((await login(proof)).status).toBe(200);
    });

    test("a code without its verifier, and every other proof, is a 400", async () => {
      expectInvalid(await login({ code: "x" }), "code_verifier");
      expectInvalid(await login({ access_token: "x" }), "provider");
      expectInvalid(await login({ id_token: "x" }), "provider");
    });

    test("a player who is signed in already links Discord, and comes back through it as the same one", async () => {
      const account = freshAccount();
      const guest_key = randomBytes(32).toString("base64url");
      const { body: guest } = await post(at.server, "/api/login", { provider: "guest", guest_key });
      const proof = { provider: "discord", ...(await activity(account)).proof };
      const linked = await post(at.server, "/api/identities", proof, bearer(guest));
      expect(linked.status).toBe(200);
      expect(linked.body.user).toMatchObject({
        id: guest.user.id,
        guest: false,
        providers: ["discord", "guest"],
      });
      expect((await login((await activity(account)).proof)).body.user.id).toBe(guest.user.id);
    });

    test("a code that Discord takes back is refused", async () => {
      const account = freshAccount();
      const { proof } = await activity(account);
      await standIns.order("revoke", { account, provider: "discord" });
      expectError(await login(proof), "provider_token_invalid");
    });

    test("S13 a Discord that fails is a 503, and players of others do not notice", async () => {
      const account = freshAccount();
      for (const order of ["fail_next", "lose_next_answer"]) {
        await standIns.order(order, { provider: "discord" });
        expectError(await login((await activity(account)).proof), "provider_unavailable_now");
      }
      expect((await login((await activity(account)).proof)).status).toBe(200);
    });

    test("a player who says no at Discord returns to the game with that", async () => {
      const url = await authorizationUrl();
      const body = new URLSearchParams({ action: "cancel" });
      const back = await locationOf(await locationOf(url, { method: "POST", body }));
      expect(back.searchParams.get("error")).toBe("access_denied");
    });

    test("a Discord that fails behind the page sends the player back to try again", async () => {
      const callback = await pickAt(await authorizationUrl());
      await standIns.order("fail_next", { provider: "discord" });
      const back = await locationOf(callback);
      expect(back.searchParams.get("error")).toBe("temporarily_unavailable");
    });

    test("S57 the log tells of the sign-in, and has neither code, token nor email", async () => {
      const account = freshAccount();
      const { proof } = await activity(account);
      const { body } = await login(proof);
      const lines = await at.server.logLines();
      expect(lines).toContainEqual(
        expect.objectContaining({ event: "login", user_id: body.user.id, provider: "discord" }),
      );
      const secret = standIns.discordEnv.DISCORD_CLIENT_SECRET ?? "";
      for (const hidden of [proof.code, proof.code_verifier, account, secret]) {
        expect(JSON.stringify(lines)).not.toContain(hidden);
        expect(at.server.terminal()).not.toContain(hidden);
      }
    });

    test.skipIf(!chromiumPath())(
      "a player signs in on Discord's page, in a browser",
      async () => {
        await using world = new AsyncDisposableStack();
        const arrivals: URL[] = [];
        const listener = Bun.serve({
          hostname: "127.0.0.1",
          port: 0,
          fetch(request) {
            arrivals.push(new URL(request.url));
            return new Response("<h1>Back in the game</h1>", { headers: { "content-type": "text/html" } });
          },
        });
        world.defer(() => listener.stop(true));
        const browser = await launchChromium();
        world.defer(() => browser.close());
        const game = newGame(`${listener.url.origin}/done`);
        const page = await browser.newPage();
        await page.goto(atDiscord(startUrl(at.server, game)));
        expect(await page.textContent("body")).toContain("not Discord");
        await page.getByRole("button", { name: "Ada Pepper" }).click();
        await page.getByRole("heading", { name: "Back in the game" }).waitFor();
        const back = arrivals.find(({ pathname }) => pathname === "/done");
        const { status, body } = await post(at.server, "/api/login", {
          login_code: back?.searchParams.get("code"),
          code_verifier: game.codeVerifier,
        });
        expect(status).toBe(200);
        expect(body.user).toMatchObject({ email: "ada@players.example", providers: ["discord"] });
      },
      30_000,
    );
  },
  { env: standIns.discordEnv },
);
