import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { decodeJwt } from "jose";
import type { Browser } from "playwright-core";
import { type GameSide, locationOf, newGame, pickAtGoogle, startUrl, visit } from "../support/authorization";
import { chromiumPath, launchChromium } from "../support/chromium";
import { postedForm } from "../support/form-post";
import { startLocalProviders } from "../support/local-providers";
import { freshAccount } from "../support/players";
import { expectError, post, send } from "../support/requests";
import { onEachDatabase } from "../support/suite";

const { standIns, adjust } = startLocalProviders();
let browser: Browser;
beforeAll(async () => {
  if (chromiumPath()) browser = await launchChromium();
}, 30_000);
afterAll(async () => {
  await browser?.close();
  await standIns.stop();
});

onEachDatabase(
  (at) => {
    const start = (game: GameSide, provider = "apple") =>
      startUrl(at.server, game).replace("/auth/google/", `/auth/${provider}/`);
    const callback = (provider = "apple") => `${at.server.origin}/auth/${provider}/callback`;

    /** What Apple's page has the browser post once a player is picked. */
    const answerOf = async (game: GameSide, form: Record<string, string>) => {
      const page = await locationOf(start(game));
      return postedForm(await fetch(page, { method: "POST", body: new URLSearchParams(form) }));
    };
    /** As a browser posts it from Apple's page: with no cookie of ours. */
    const postAnswer = (fields: URLSearchParams, provider?: string) =>
      fetch(callback(provider), {
        method: "POST",
        body: fields,
        redirect: "manual",
        headers: { origin: "https://appleid.apple.com" },
      });
    const onServer = (location: string | null) => {
      const { pathname, search } = new URL(location ?? "");
      return at.server.origin + pathname + search;
    };
    const login = (game: GameSide, back: URL) =>
      post(at.server, "/api/login", {
        login_code: back.searchParams.get("code"),
        code_verifier: game.codeVerifier,
      });

    const signIn = async (account: string) => {
      const game = newGame();
      const { fields } = await answerOf(game, { account });
      const answer = await postAnswer(fields);
      expect(answer.status).toBe(303);
      const next = onServer(answer.headers.get("location"));
      const { status, body } = await login(game, await locationOf(next));
      expect(status).toBe(200);
      return { fields, next, user: body.user };
    };

    test("Apple's answer signs in by way of a GET, and its name is suggested the first time", async () => {
      const account = freshAccount();
      const first = await signIn(account);
      const { name, email } = JSON.parse(first.fields.get("user") ?? "");
      // Alone where it is free and long enough.
      expect(first.user.name).toContain(name.firstName);
      expect(first.user.email).toBe(account);
      expect(email).toBe(account);
      const again = await signIn(account);
      expect(again.fields.has("user")).toBe(false);
      expect(again.user).toEqual({ ...first.user, last_login: again.user.last_login });
    });

    test("nothing personal is in the address but inside the sealed state", async () => {
      const { next, fields } = await signIn(freshAccount());
      expect([...new URL(next).searchParams.keys()].sort()).toEqual(["code", "state"]);
      expect(fields.get("user")).toContain("players.example");
      expect(next).not.toMatch(/players|firstName/);
      expect(new URL(next).searchParams.get("state")).not.toBe(fields.get("state"));
    });

    test("a posted answer alone decides nothing: the GET needs the cookie", async () => {
      const game = newGame();
      const { fields } = await answerOf(game, { account: freshAccount() });
      const next = onServer((await postAnswer(fields)).headers.get("location"));
      const elsewhere = await fetch(next, { redirect: "manual" });
      expect(elsewhere.status).toBe(400);
      expect((await locationOf(next)).searchParams.get("code")).toBeTruthy();
    });

    test("a state that was posted ends when it would have", async () => {
      const { fields } = await answerOf(newGame(), { account: freshAccount() });
      at.server.clock.advance(590);
      const next = onServer((await postAnswer(fields)).headers.get("location"));
      at.server.clock.advance(11);
      expect((await visit(next)).status).toBe(400);
      expect((await postAnswer(fields)).status).toBe(400);
    });

    test("a callback serves once, however often the answer is posted", async () => {
      const { fields } = await answerOf(newGame(), { account: freshAccount() });
      const next = async () => onServer((await postAnswer(fields)).headers.get("location"));
      expect((await locationOf(await next())).searchParams.get("code")).toBeTruthy();
      expect((await visit(await next())).status).toBe(400);
    });

    test("a player who went back is told to the game", async () => {
      const { fields } = await answerOf(newGame(), { action: "cancel" });
      expect(fields.get("error")).toBe("user_cancelled_authorize");
      const next = onServer((await postAnswer(fields)).headers.get("location"));
      expect((await locationOf(next)).searchParams.get("error")).toBe("access_denied");
    });

    test.each([
      "{",
      "null",
      '{"name":7}',
      '{"name":{"firstName":{}}}',
      `{"name":{"firstName":"${"x".repeat(300)}"}}`,
    ])("a user of %s names nobody and keeps nobody out", async (user) => {
      const { fields } = await answerOf(newGame(), { account: freshAccount() });
      fields.set("user", user);
      const next = onServer((await postAnswer(fields)).headers.get("location"));
      expect((await locationOf(next)).searchParams.get("code")).toBeTruthy();
    });

    describe("is refused", () => {
      test("with a state that is not ours, or another provider's", async () => {
        for (const state of [
          "",
          "made-up",
          (await locationOf(start(newGame(), "google"))).searchParams.get("state"),
        ]) {
          const answer = await postAnswer(new URLSearchParams({ code: "c", state: state ?? "" }));
          expect(answer.status).toBe(400);
          expect(await answer.text()).toContain("has expired, was already used");
        }
      });

      test("for a provider that posts nothing, as a page", async () => {
        for (const provider of ["google", "openid"]) {
          const answer = await postAnswer(new URLSearchParams({ code: "c", state: "s" }), provider);
          expect([answer.status, answer.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
          expect(answer.headers.get("content-type")).toContain("text/html");
        }
        expect((await postAnswer(new URLSearchParams({ code: "c" }), "nobody")).status).toBe(400);
      });

      test.each(["application/json", "text/plain", "multipart/form-data; boundary=x"])(
        "as %s",
        async (type) => {
          const answer = await fetch(callback(), {
            method: "POST",
            body: "{}",
            headers: { "content-type": type },
          });
          expect(answer.status).toBe(415);
        },
      );

      test("when it is larger than 16 KiB, or its members than they may be", async () => {
        const { fields } = await answerOf(newGame(), { account: freshAccount() });
        const state = fields.get("state") ?? "";
        const large = new URLSearchParams({ state, code: "c", user: "x".repeat(20_000) });
        expect((await postAnswer(large)).status).toBe(413);
        const long = new URLSearchParams({ state, code: "c".repeat(4_097) });
        expect((await postAnswer(long)).status).toBe(400);
      });

      test("from a script: no page may read an answer or ask first", async () => {
        const headers = { origin: "http://localhost:3000", "access-control-request-method": "POST" };
        const preflight = await fetch(callback(), { method: "OPTIONS", headers });
        expect(preflight.headers.get("access-control-allow-origin")).toBeNull();
        const answer = await postAnswer(new URLSearchParams({ state: "s" }));
        expect(answer.headers.get("access-control-allow-origin")).toBeNull();
      });
    });

    test("a form is a body of this one route alone", async () => {
      const answer = await send(at.server, "/api/refresh", {
        method: "POST",
        body: new URLSearchParams({ refresh_token: "x" }),
      });
      expectError(answer, "unsupported_media_type");
    });

    test("the issuer of a server where nothing is set signs in, through its picker", async () => {
      const game = newGame();
      const account = freshAccount();
      const back = await pickAtGoogle(await locationOf(start(game, "openid")), account);
      const { status, body } = await login(game, await locationOf(onServer(back.href)));
      expect([status, body.user.email]).toEqual([200, account]);
      const held = await post(standIns, "/local/tokens", { provider: "openid", account });
      const { id_token } = JSON.parse(held.text);
      const again = await post(at.server, "/api/login", { provider: "openid", id_token });
      expect(again.body.user.id).toBe(body.user.id);
    });

    test("an id token of Apple's own dialog is the same player as its page", async () => {
      const account = freshAccount();
      const { user } = await signIn(account);
      const held = await post(standIns, "/local/tokens", { provider: "apple", account, nonce: "n" });
      const { id_token } = JSON.parse(held.text);
      expect(decodeJwt(id_token).aud).toBe("localhost.game");
      const proof = { provider: "apple", id_token, nonce: "n" };
      expect((await post(at.server, "/api/login", proof)).body.user.id).toBe(user.id);
    });

    test("nothing of it is in the log", async () => {
      const account = freshAccount();
      const { next, fields } = await signIn(account);
      const written = JSON.stringify(await at.server.logLines()) + at.server.terminal();
      for (const secret of [account, fields.get("code"), new URL(next).searchParams.get("state")])
        expect(written).not.toContain(secret ?? "missing");
    });

    test.skipIf(!chromiumPath())(
      "in a browser, which holds its cookie back from another site's form and sends it with the GET",
      async () => {
        const arrived = Promise.withResolvers<URL>();
        const game = Bun.serve({
          hostname: "127.0.0.1",
          port: 0,
          fetch(request) {
            const url = new URL(request.url);
            if (url.pathname === "/done") arrived.resolve(url);
            return new Response("<h1>Back in the game</h1>", { headers: { "content-type": "text/html" } });
          },
        });
        const asking = newGame(`${game.url.origin}/done`);
        const context = await browser.newContext();
        const page = await context.newPage();
        const posted = page.waitForRequest(
          (request) => request.method() === "POST" && request.url().endsWith("/auth/apple/callback"),
        );
        await page.goto(start(asking).replace("127.0.0.1", "localhost"));
        await page.getByRole("button", { name: "Bruno Saffron" }).click();
        await page.getByRole("heading", { name: "Back in the game" }).waitFor();
        expect(await (await posted).headerValue("cookie")).toBeNull();
        const { status, body } = await login(asking, await arrived.promise);
        expect([status, body.user.email]).toEqual([200, "bruno@players.example"]);
        await context.close();
        await game.stop(true);
      },
      30_000,
    );
  },
  { adjust },
);
