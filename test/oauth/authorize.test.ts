import { afterAll, describe, expect, test } from "bun:test";
import { visit } from "../support/authorization";
import { startMadeUpProvider } from "../support/made-up-provider";
import {
  afterConsent,
  answerOfSignIn,
  authorizeUrl,
  decide,
  FORUM,
  GAME,
  issuerOf,
  newPkce,
  postForm,
  signInAt,
  tokensOf,
  withClients,
} from "../support/oauth";
import { freshAccount } from "../support/players";
import { onEachDatabase, onEmbedded } from "../support/suite";

describe("/oauth/authorize", () => {
  onEmbedded(
    (at) => {
      const pkce = newPkce();
      const open = (changes: Record<string, string | undefined>, more = "") =>
        visit(authorizeUrl(at.server, pkce, changes) + more);

      test.each([
        ["an unknown client", { client_id: "stranger" }],
        ["no client", { client_id: undefined }],
        ["no redirect", { redirect_uri: undefined }],
        ["another client's redirect", { redirect_uri: FORUM.redirect_uri }],
        ["a redirect with more to it", { redirect_uri: `${FORUM.redirect_uri}/x`, client_id: "forum" }],
        ["a redirect in clear", { redirect_uri: "http://forum.example/callback", client_id: "forum" }],
        ["a loopback redirect with another path", { redirect_uri: "http://127.0.0.1:5000/other" }],
        ["an app's scheme that is not registered", { redirect_uri: "com.other.game:/cb" }],
        ["a script", { redirect_uri: "javascript:alert(1)" }],
      ])("%s gets a page and no redirect", async (_what, changes) => {
        const answer = await open(changes);
        expect([answer.status, answer.headers.get("location")]).toEqual([400, null]);
        expect(await answer.text()).toContain("Sign-in could not go on");
      });

      test("a client or a redirect that is there twice gets a page", async () => {
        for (const more of ["&client_id=game", `&redirect_uri=${encodeURIComponent(GAME.redirect_uri)}`]) {
          const answer = await open({}, more);
          expect([answer.status, answer.headers.get("location")]).toEqual([400, null]);
        }
      });

      test.each([
        ["unsupported_response_type", { response_type: "token" }],
        ["unsupported_response_type", { response_type: "id_token" }],
        ["invalid_request", { response_type: undefined }],
        ["invalid_request", { code_challenge: undefined }],
        ["invalid_request", { code_challenge: "short" }],
        ["invalid_request", { code_challenge_method: "plain" }],
        ["invalid_request", { code_challenge_method: undefined }],
        ["invalid_request", { response_mode: "fragment" }],
        ["invalid_request", { nonce: "x".repeat(256) }],
        ["invalid_scope", { scope: 'open"id' }],
        ["login_required", { prompt: "none" }],
        ["request_not_supported", { request: "a.b.c" }],
        ["request_uri_not_supported", { request_uri: "https://forum.example/request" }],
        ["registration_not_supported", { registration: "{}" }],
      ])("%s goes to the checked redirect, with state and iss: %j", async (error, changes) => {
        const answer = await open(changes as Record<string, string | undefined>);
        const location = new URL(answer.headers.get("location") ?? "");
        expect(location.origin + location.pathname).toBe(GAME.redirect_uri);
        expect(Object.fromEntries(location.searchParams)).toEqual({
          error,
          error_description: expect.stringMatching(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/),
          state: "the client's own",
          iss: issuerOf(at.server),
        });
      });

      test("a parameter that is there twice is refused at the client", async () => {
        const location = new URL((await open({}, "&scope=openid")).headers.get("location") ?? "");
        expect(location.searchParams.get("error")).toBe("invalid_request");
      });

      test("a state that cannot be given back as it is is refused without one", async () => {
        const location = new URL((await open({ state: "é" })).headers.get("location") ?? "");
        expect([location.searchParams.get("error"), location.searchParams.has("state")]).toEqual([
          "invalid_request",
          false,
        ]);
      });

      test.each([
        ["a loopback address on any port", "http://127.0.0.1:61234/callback"],
        ["the same by its IPv6 address", "http://[::1]:61234/callback"],
        ["an app's own scheme", "com.studio.game:/cb"],
      ])("%s is a redirect", async (_what, redirect_uri) => {
        const answer = await signInAt(authorizeUrl(at.server, pkce, { redirect_uri }));
        expect(answer.href).toStartWith(redirect_uri);
        expect(answer.searchParams.get("code")).toMatch(/^[\w-]{43}$/);
        expect(answer.searchParams.get("state")).toBe("the client's own");
      });

      test("with one way in a player goes straight on to it", async () => {
        const answer = await open({});
        expect(answer.status).toBe(302);
        expect(answer.headers.get("location")).toStartWith(at.server.google.origin);
      });

      test("a player who goes back at the provider is access_denied at the client", async () => {
        const google = new URL((await open({})).headers.get("location") ?? "");
        const callback = new URL(google.searchParams.get("redirect_uri") ?? "");
        callback.searchParams.set("error", "access_denied");
        callback.searchParams.set("state", google.searchParams.get("state") ?? "");
        const back = (await visit(callback)).headers.get("location") ?? "";
        const location = new URL((await visit(back)).headers.get("location") ?? "");
        expect(location.searchParams.get("error")).toBe("access_denied");
        expect(location.searchParams.get("iss")).toBe(issuerOf(at.server));
      });

      test("another browser cannot finish what one has begun", async () => {
        const google = new URL((await open({})).headers.get("location") ?? "");
        const picked = await visit(google, {
          method: "POST",
          body: new URLSearchParams({ account: "ada" }),
        });
        const back = (await visit(picked.headers.get("location") ?? "")).headers.get("location") ?? "";
        const stranger = await visit(back, { headers: { cookie: "sign-in=AAAAAAAAAAAAAAAAAAAAAA" } });
        expect([stranger.status, stranger.headers.get("location")]).toEqual([400, null]);
        const own = await visit(back);
        expect(own.headers.get("location")).toContain("code=");
      });

      test("whoever looks ahead finishes nothing", async () => {
        const back = await answerOfSignIn(authorizeUrl(at.server, pkce));
        const head = await visit(back.url, { method: "HEAD" });
        expect([head.status, head.headers.get("location")]).toEqual([200, null]);
      });
    },
    { adjust: withClients },
  );
});

describe("with several ways in", () => {
  const madeUp = startMadeUpProvider();
  afterAll(() => madeUp.stop());
  onEmbedded(
    (at) => {
      test("a page of ours offers them, and the choice leads on", async () => {
        const url = authorizeUrl(at.server, newPkce(), { state: '"><script>' });
        const page = await visit(url);
        const text = await page.text();
        expect(page.status).toBe(200);
        expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
        expect(text).toContain("Sign in to Robotouille");
        expect(text).not.toContain("<script>");
        const links = [...text.matchAll(/<a class="button" href="([^"]+)">([^<]+)</g)];
        expect(links.map(([, , name]) => name)).toEqual(["Google", "Made up"]);
        const href = (links[1]?.[1] ?? "").replaceAll("&amp;", "&");
        const chosen = await visit(new URL(href, url));
        const tilda = await visit(chosen.headers.get("location") ?? "", { method: "POST" });
        const back = (await visit(tilda.headers.get("location") ?? "")).headers.get("location") ?? "";
        expect((await visit(back)).headers.get("location")).toContain("code=");
      });

      test("a way in that is not there is no choice", async () => {
        const page = await visit(authorizeUrl(at.server, newPkce(), { provider: "nobody" }));
        expect([page.status, await page.text()]).toEqual([
          200,
          expect.stringContaining("Choose how you sign in"),
        ]);
      });
    },
    { adjust: withClients, providers: [madeUp.factory] },
  );
});

describe("a client that is not the studio's own", () => {
  onEachDatabase(
    (at) => {
      const url = (changes = {}) => authorizeUrl(at.server, newPkce(), { ...FORUM, ...changes });

      test("is let know the player after they said so, once", async () => {
        const account = freshAccount();
        const first = await answerOfSignIn(url(), account);
        expect(first.status).toBe(200);
        const asked = await first.text();
        for (const part of ["The Forum", "email address", "forum.example"]) expect(asked).toContain(part);
        await tokensOf(at.server, FORUM, account);
        const again = await answerOfSignIn(url(), account);
        expect(again.headers.get("location")).toContain("code=");
      });

      test("asks again for more than it was let know", async () => {
        const account = freshAccount();
        await tokensOf(at.server, { ...FORUM, scope: "openid" }, account);
        expect((await answerOfSignIn(url({ scope: "openid" }), account)).status).toBe(303);
        expect((await answerOfSignIn(url({ scope: "openid email" }), account)).status).toBe(200);
      });

      test("is told of a player who does not want to", async () => {
        const answer = await afterConsent(await answerOfSignIn(url()), "deny");
        expect(answer.searchParams.get("error")).toBe("access_denied");
        expect(answer.searchParams.get("state")).toBe("the client's own");
        expect(answer.searchParams.has("code")).toBe(false);
      });

      test("gets no consent from another browser, or without the page", async () => {
        const page = await answerOfSignIn(url());
        const [, ticket = ""] = /name="ticket" value="([^"]+)"/.exec(await page.text()) ?? [];
        const consent = new URL("consent", page.url);
        const say = (ticket: string, cookie?: string) =>
          visit(consent, {
            method: "POST",
            body: new URLSearchParams({ ticket, decision: "allow" }),
            ...(cookie ? { headers: { cookie } } : {}),
          });
        for (const answer of [await say("made-up"), await say(ticket, "sign-in=AAAAAAAAAAAAAAAAAAAAAA")])
          expect([answer.status, answer.headers.get("location")]).toEqual([400, null]);
        expect((await say(ticket)).status).toBe(303);
      });

      test("gets one code for one sign-in: the page sent again ends the code before, and after its use nothing", async () => {
        const pkce = newPkce();
        const html = await (await answerOfSignIn(authorizeUrl(at.server, pkce, FORUM))).text();
        const pageAt = () =>
          Object.defineProperty(new Response(html), "url", {
            value: `${issuerOf(at.server)}/oauth/authorize/signed-in`,
          });
        const codes = [await decide(pageAt(), "allow"), await decide(pageAt(), "allow")].map(
          ({ headers }) => new URL(headers.get("location") ?? "").searchParams.get("code") ?? "",
        );
        const redeem = (code = "") =>
          postForm(at.server, "/oauth/token", {
            grant_type: "authorization_code",
            code,
            code_verifier: pkce.verifier,
            ...FORUM,
          });
        expect((await redeem(codes[0])).body.error).toBe("invalid_grant");
        expect((await redeem(codes[1])).status).toBe(200);
        expect((await decide(pageAt(), "allow")).status).toBe(400);
      });
    },
    { adjust: withClients },
  );
});

describe("in production without clients", () => {
  onEmbedded(
    (at) => {
      test("nobody is a client", async () => {
        expect((await visit(authorizeUrl(at.server, newPkce()))).status).toBe(400);
        const answer = await postForm(at.server, "/oauth/token", {
          grant_type: "refresh_token",
          refresh_token: "x",
          client_id: "game",
        });
        expect([answer.status, answer.body.error]).toEqual([400, "invalid_client"]);
      });
    },
    { adjust: (config) => ({ ...config, oauth: { clients: [] } }) },
  );
});
