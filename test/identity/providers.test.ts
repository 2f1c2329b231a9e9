import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import { callbackUrl, locationOf, newGame, startUrl, visit } from "../support/authorization";
import { chromiumPath, launchChromium } from "../support/chromium";
import { startMadeUpProvider } from "../support/made-up-provider";
import { bearer, get, post } from "../support/requests";
import { onEachDatabase } from "../support/suite";

const madeUp = startMadeUpProvider();
const arrivals: URL[] = [];
const game = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch(request) {
    arrivals.push(new URL(request.url));
    return new Response("<h1>Back in the game</h1>", { headers: { "content-type": "text/html" } });
  },
});
let browser: Browser;
beforeAll(async () => {
  if (chromiumPath()) browser = await launchChromium();
}, 30_000);
afterAll(async () => {
  await browser?.close();
  await Promise.all([madeUp.stop(), game.stop(true)]);
});

onEachDatabase(
  (at) => {
    const atMadeUp = (url: string) => url.replace("/auth/google/", "/auth/made-up/");

    /** The player's part, in a browser; answers with the session. */
    async function signInAtMadeUp() {
      const asking = newGame(`${game.url.origin}/done`);
      const page = await browser.newPage();
      await page.goto(atMadeUp(startUrl(at.server, asking)));
      await page.getByRole("button", { name: "I am Tilda" }).click();
      await page.getByRole("heading", { name: "Back in the game" }).waitFor();
      await page.close();
      const answer = arrivals.findLast(({ pathname }) => pathname === "/done");
      expect(answer?.searchParams.get("state")).toBe(asking.state);
      return post(at.server, "/api/login", {
        login_code: answer?.searchParams.get("code"),
        code_verifier: asking.codeVerifier,
      });
    }

    test.skipIf(!chromiumPath())(
      "a provider of one file signs a player in, in a browser",
      async () => {
        const { status, body } = await signInAtMadeUp();
        expect(status).toBe(200);
        expect(body.user).toMatchObject({ name: "Tilda", email: "", picture: null });
        expect((await get(at.server, "/api/me", bearer(body))).body.user).toEqual(body.user);
        const { rows } = await at.server.database.pool.query(
          "SELECT provider, subject, user_id, email, name FROM identities WHERE provider = 'made-up'",
        );
        expect(rows).toEqual([
          { provider: "made-up", subject: "tilda-1", user_id: body.user.id, email: null, name: "Tilda" },
        ]);
      },
      30_000,
    );

    test.skipIf(!chromiumPath())(
      "S10 who comes back through it is the same player",
      async () => {
        const [first, second] = [await signInAtMadeUp(), await signInAtMadeUp()];
        expect(second.body.user.id).toBe(first.body.user.id);
      },
      30_000,
    );

    test("a state of one provider is nothing to another's callback, and is not spent there", async () => {
      const asking = newGame();
      const callback = await callbackUrl(at.server, asking);
      const elsewhere = await visit(atMadeUp(callback.href));
      expect(elsewhere.status).toBe(400);
      expect(await elsewhere.text()).toContain("has expired, was already used");
      expect((await locationOf(callback)).searchParams.get("code")).toBeTruthy();
    });

    test("a provider that is not there is a page that says so", async () => {
      const url = startUrl(at.server, newGame()).replace("/auth/google/", "/auth/nobody/");
      const response = await fetch(url, { redirect: "manual" });
      expect(response.status).toBe(400);
      expect(await response.text()).toContain("a way to sign in that is not available here");
    });
  },
  { providers: [madeUp.factory] },
);
