import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { FakeClock } from "./support/fake-clock.ts";
import { FakeServer } from "./support/fake-server.ts";
import { createGame, createSignedInGame } from "./support/game.ts";

const STATUSES = [301, 302, 303, 307, 308];

const clock = new FakeClock();
const fake = new FakeServer(clock);
let backend: ReturnType<typeof Bun.serve>;
let elsewhere: ReturnType<typeof Bun.serve>;
/** What came to where a redirect leads. */
let arrived: string[];
/** How the account server answers everything, when it does not answer itself. */
let redirect: { status: number; location: string } | undefined;

beforeEach(() => {
  arrived = [];
  redirect = undefined;
  const take = async (request: Request) => {
    arrived.push(`${request.method} ${request.headers.get("authorization")} ${await request.text()}`);
    return Response.json({ status: "success" });
  };
  elsewhere = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: take });
  backend = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch(request) {
      if (new URL(request.url).pathname === "/moved") return take(request);
      if (!redirect) return fake.fetch(request);
      const { status, location } = redirect;
      return new Response(null, { status, headers: { location } });
    },
  });
});

afterEach(() => Promise.all([elsewhere.stop(true), backend.stop(true)]));

const options = () => ({
  backendUrl: backend.url.origin,
  fetch: globalThis.fetch,
  world: { clock, server: fake },
});
const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => "done",
    ({ code, name }) => code ?? name,
  );

const targets = { "another origin": () => elsewhere.url.href, "the same": () => `${backend.url}moved` };

for (const [where, target] of Object.entries(targets)) {
  describe(`A redirect to ${where}`, () => {
    test.each(STATUSES)("of status %i gets no code of a sign-in", async (status) => {
      const { oauth } = createGame(options());
      redirect = { status, location: target() };
      expect(await codeOf(oauth.login())).toBe("network_error");
      expect(await codeOf(oauth.loginWithIdToken("id-token"))).toBe("network_error");
      expect(arrived).toEqual([]);
    });

    test.each(STATUSES)("of status %i gets no token, and signs nobody out", async (status) => {
      const { oauth, storage } = await createSignedInGame(options());
      const stored = storage.session;
      redirect = { status, location: target() };
      expect(await codeOf(oauth.refreshTokens())).toBe("network_error");
      expect(await codeOf(oauth.updateUsername("Grace"))).toBe("network_error");
      expect(await codeOf(oauth.sessions())).toBe("network_error");
      expect([oauth.isLoggedIn(), storage.session]).toEqual([true, stored]);
      await oauth.logout();
      expect(arrived).toEqual([]);
    });

    test.each(STATUSES)("of status %i gets no token from a game's own fetch", async (status) => {
      const { oauth } = await createSignedInGame(options());
      redirect = { status, location: target() };
      const url = `${backend.url}scores`;
      expect(await codeOf(oauth.fetch(url))).not.toBe("done");
      expect(await codeOf(oauth.fetch(new Request(url, { redirect: "follow" })))).not.toBe("done");
      const response = await oauth.fetch(url, { redirect: "manual" });
      expect([response.status, response.headers.get("location")]).toEqual([status, target()]);
      expect(arrived).toEqual([]);
    });
  });
}
