import { afterAll, expect, test } from "bun:test";
import { locationOf, newGame, pickAtGoogle, startUrl, visit } from "../support/authorization";
import { isValid, startHostileSteam } from "../support/hostile-steam";
import { expectError, post } from "../support/requests";
import type { TestServer } from "../support/server";
import { steamTicket, withSteam } from "../support/steam";
import { onEachDatabase, onEmbedded } from "../support/suite";

const NS = "http://specs.openid.net/auth/2.0";

const atSteam = (server: TestServer, game = newGame()) =>
  startUrl(server, game).replace("/auth/google/", "/auth/steam/");

/** From the game's first request to Steam's answer at our callback, not yet delivered. */
async function callbackOf(server: TestServer, game = newGame(), account = "ada"): Promise<URL> {
  return pickAtGoogle(await locationOf(atSteam(server, game)), account);
}

const lastReason = async (server: TestServer) => (await server.logLines()).at(-1)?.reason;

onEachDatabase(
  (at) => {
    test("the browser goes to Steam's page, and Steam is told where to return to with which state", async () => {
      const url = await locationOf(atSteam(at.server));
      const { community } = at.server.config.steam!.endpoints;
      expect(url.href).toStartWith(`${community}/openid/login?`);
      const { "openid.return_to": returnTo = "", ...parameters } = Object.fromEntries(url.searchParams);
      const { origin, pathname, searchParams } = new URL(returnTo);
      expect(parameters).toEqual({
        "openid.ns": NS,
        "openid.mode": "checkid_setup",
        "openid.realm": `${origin}/`,
        "openid.identity": `${NS}/identifier_select`,
        "openid.claimed_id": `${NS}/identifier_select`,
      });
      expect(pathname).toBe("/auth/steam/callback");
      expect([...searchParams.keys()]).toEqual(["state"]);
    });

    test("who picks an account there comes back to the game with a code of that account's", async () => {
      const game = newGame();
      const redirect = await locationOf(await callbackOf(at.server, game));
      expect(redirect.href).toStartWith(`${game.redirectUri}?code=`);
      expect(redirect.searchParams.get("state")).toBe(game.state);
      const { steamid } = await steamTicket(at.server, { account: "ada" });
      const { rows } = await at.server.database.pool.query(
        "SELECT provider, subject, google_id, given_name FROM login_codes ORDER BY created_at DESC LIMIT 1",
      );
      expect(rows).toEqual([
        {
          provider: "steam",
          subject: steamid,
          google_id: `steam:${steamid}`,
          given_name: "Ada Pepper",
        },
      ]);
    });

    test("which signs nobody in, and makes no player", async () => {
      const game = newGame();
      const redirect = await locationOf(await callbackOf(at.server, game, "chloe"));
      const login = { login_code: redirect.searchParams.get("code"), code_verifier: game.codeVerifier };
      expectError(await post(at.server, "/api/login", login), "provider_unavailable");
      expectError(
        await post(at.server, "/api/login", { provider: "steam", ...login }),
        "provider_unavailable",
      );
      const { steamid } = await steamTicket(at.server, { account: "chloe" });
      const { rows } = await at.server.database.pool.query("SELECT FROM identities WHERE subject = $1", [
        steamid,
      ]);
      expect(rows).toEqual([]);
    });

    test("an answer serves once", async () => {
      const callback = await callbackOf(at.server);
      expect((await locationOf(callback)).searchParams.get("code")).toBeTruthy();
      const again = await visit(callback);
      expect(again.status).toBe(400);
      expect(await lastReason(at.server)).toBe("state_replayed");
    });

    test("an answer of one sign-in is none to another's state", async () => {
      const [first, second] = [await callbackOf(at.server), await callbackOf(at.server)];
      first.searchParams.set("state", second.searchParams.get("state") ?? "");
      const redirect = await locationOf(first);
      expect(redirect.searchParams.get("error")).toBe("access_denied");
      expect(await lastReason(at.server)).toBe("provider_token_invalid");
      expect((await locationOf(second)).searchParams.get("code")).toBeTruthy();
    });

    test("who goes back comes back to the game with access_denied", async () => {
      const game = newGame();
      const cancel = new URLSearchParams({ action: "cancel" });
      const steam = await locationOf(atSteam(at.server, game));
      const back = await locationOf(steam, { method: "POST", body: cancel });
      const redirect = await locationOf(back);
      expect(Object.fromEntries(redirect.searchParams)).toEqual({
        error: "access_denied",
        state: game.state,
      });
    });

    test("an answer with another player in it is refused, for Steam did not sign that", async () => {
      const callback = await callbackOf(at.server);
      const { steamid } = await steamTicket(at.server, { account: "bruno" });
      const { community } = at.server.config.steam!.endpoints;
      for (const name of ["openid.claimed_id", "openid.identity"])
        callback.searchParams.set(name, `${community}/openid/id/${steamid}`);
      expect((await locationOf(callback)).searchParams.get("error")).toBe("access_denied");
      expect(await lastReason(at.server)).toBe("provider_token_invalid");
    });
  },
  { adjust: withSteam() },
);

const steam = startHostileSteam();
afterAll(() => steam.stop());

onEmbedded(
  (at) => {
    const ID = `${steam.endpoints.community}/openid/id/76561198000000001`;

    /** What Steam's page would send back, some of it changed; undefined leaves it out. */
    async function answerWith(changes: Record<string, string | undefined> = {}): Promise<URL> {
      steam.behave();
      const { searchParams } = await locationOf(atSteam(at.server));
      const callback = new URL(searchParams.get("openid.return_to") ?? "");
      const nonce = `${at.server.clock.now().toISOString().slice(0, 19)}ZaBc+/=`;
      const fields = {
        "openid.ns": NS,
        "openid.mode": "id_res",
        "openid.op_endpoint": `${steam.endpoints.community}/openid/login`,
        "openid.claimed_id": ID,
        "openid.identity": ID,
        "openid.return_to": callback.href,
        "openid.response_nonce": nonce,
        "openid.assoc_handle": "1234567890",
        "openid.signed": "signed,op_endpoint,claimed_id,identity,return_to,response_nonce,assoc_handle",
        "openid.sig": "c2lnbmVk+/=",
        ...changes,
      };
      for (const [name, value] of Object.entries(fields))
        if (value !== undefined) callback.searchParams.set(name, value);
      return callback;
    }

    const deliver = async (callback: URL) => (await locationOf(callback)).searchParams;
    const nonceAt = (seconds: number) =>
      `${new Date(at.server.clock.now().getTime() + seconds * 1_000).toISOString().slice(0, 19)}Zx`;

    test("Steam is asked whether it signed exactly what came", async () => {
      const callback = await answerWith();
      expect((await deliver(callback)).get("code")).toBeTruthy();
      const [check, profile] = steam.requests;
      expect(profile?.endpoint).toBe("summaries");
      const { state: _, ...came } = Object.fromEntries(callback.searchParams);
      expect(check?.headers.get("content-type")).toBe("application/x-www-form-urlencoded");
      expect(check?.url.search).toBe("");
      expect(Object.fromEntries(check?.body ?? [])).toEqual({
        ...came,
        "openid.mode": "check_authentication",
      });
    });

    test.each([
      ["another namespace", { "openid.ns": "http://openid.net/signon/1.1" }],
      ["another server's", { "openid.op_endpoint": "https://steamcommunity.com.evil.example/openid/login" }],
      ["for another site", { "openid.return_to": "https://evil.example/auth/steam/callback" }],
      ["for no site", { "openid.return_to": undefined }],
      ["of two players", { "openid.identity": ID.replace(/1$/, "2") }],
      [
        "of another host's player",
        { "openid.claimed_id": "https://steamcommunity.com/openid/id/76561198000000001" },
      ],
      [
        "signed without the player",
        { "openid.signed": "op_endpoint,identity,return_to,response_nonce,assoc_handle" },
      ],
      [
        "signed without the address",
        { "openid.signed": "op_endpoint,claimed_id,identity,response_nonce,assoc_handle" },
      ],
      [
        "signed without the nonce",
        { "openid.signed": "op_endpoint,claimed_id,identity,return_to,assoc_handle" },
      ],
      ["not signed", { "openid.signed": undefined }],
      ["without a nonce", { "openid.response_nonce": undefined }],
      ["with a nonce of no time", { "openid.response_nonce": "yesterday" }],
      ["with a nonce of no day", { "openid.response_nonce": "2026-13-45T00:00:00Zx" }],
    ] as [string, Record<string, string | undefined>][])(
      "an assertion %s is refused before Steam is asked",
      async (_, changes) => {
        const answer = await deliver(await answerWith(changes));
        expect(answer.get("error")).toBe("access_denied");
        expect(steam.requests).toEqual([]);
      },
    );

    test.each([
      "/openid/id/7656119800000000",
      "/openid/id/076561198000000001",
      "/openid/id/76561198000000001/",
      "/openid/id/76561198000000001?",
      "/openid/id/103582791429521408",
      "/openid/id/",
      "/id/76561198000000001",
    ])("%s is no player", async (path) => {
      const id = steam.endpoints.community + path;
      const answer = await deliver(await answerWith({ "openid.claimed_id": id, "openid.identity": id }));
      expect(answer.get("error")).toBe("access_denied");
      expect(steam.requests).toEqual([]);
    });

    test("anything that is there twice is refused: Steam might look at the one, and we at the other", async () => {
      for (const name of ["openid.claimed_id", "openid.sig", "state"]) {
        const callback = await answerWith();
        callback.searchParams.append(name, callback.searchParams.get(name) ?? "");
        expect((await deliver(callback)).get("error")).toBe("access_denied");
        expect(steam.requests).toEqual([]);
      }
    });

    test.each([
      [-299, "code"],
      [299, "code"],
      [-302, "error"],
      [302, "error"],
    ])("an assertion of %i s from now leads to a %s", async (seconds, member) => {
      const answer = await deliver(await answerWith({ "openid.response_nonce": nonceAt(seconds) }));
      expect([...answer.keys()]).toContain(member);
    });

    test.each([
      ["what is no answer", {}],
      ["an OAuth code alone", { code: "4/x" }],
      ["an assertion in another mode", { "openid.mode": "setup_needed" }],
    ])("%s leads back with server_error, and nothing is asked", async (_, parameters) => {
      steam.behave();
      const { searchParams } = await locationOf(atSteam(at.server));
      const callback = new URL(searchParams.get("openid.return_to") ?? "");
      for (const [name, value] of Object.entries(parameters)) callback.searchParams.set(name, value);
      expect((await deliver(callback)).get("error")).toBe("server_error");
      expect(steam.requests).toEqual([]);
    });

    test.each([
      ["false", () => isValid("false")],
      ["nearly true", () => isValid("true false")],
      ["TRUE", () => isValid("TRUE")],
    ])("Steam says that it is %s: refused", async (_, answer) => {
      const callback = await answerWith();
      steam.misbehave("openid", answer);
      expect((await deliver(callback)).get("error")).toBe("access_denied");
      expect(await lastReason(at.server)).toBe("provider_token_invalid");
    });

    test("a line's end of another system is one, too", async () => {
      const callback = await answerWith();
      steam.misbehave("openid", () => new Response(`ns:${NS}\r\nis_valid:true\r\n`));
      expect((await deliver(callback)).get("code")).toBeTruthy();
    });

    test.each([
      ["a 500", () => new Response(null, { status: 500 })],
      ["a 403, by which it slows a server down", () => new Response("<html>", { status: 403 })],
      ["a 429", () => new Response("slow down", { status: 429 })],
      ["a 400", () => isValidWith(400)],
      ["a redirect", () => Response.redirect(`${steam.endpoints.community}/elsewhere`)],
      ["nothing", () => new Response("")],
      ["a page that says is_valid:true", () => new Response("<html>is_valid:true</html>")],
      [
        "an answer of another version",
        () => new Response("ns:http://openid.net/signon/1.1\nis_valid:true\n"),
      ],
      ["an answer without the word", () => new Response(`ns:${NS}\n`)],
      ["JSON", () => Response.json({ ns: NS, is_valid: true })],
    ])(
      "S13 Steam answers with %s: temporarily_unavailable, and the player may try again",
      async (_, answer) => {
        const callback = await answerWith();
        steam.misbehave("openid", answer);
        expect((await deliver(callback)).get("error")).toBe("temporarily_unavailable");
        steam.behave();
        expect((await deliver(callback)).get("code")).toBeTruthy();
      },
    );

    test("S11 no state, assertion or player is in a log", async () => {
      const callback = await answerWith();
      await deliver(callback);
      await deliver(await answerWith({ "openid.ns": "x" }));
      await at.server.flushLog();
      const everything = at.server.terminal() + JSON.stringify(await at.server.logLines());
      for (const name of ["state", "openid.sig", "openid.claimed_id", "openid.response_nonce"])
        expect(everything).not.toContain(callback.searchParams.get(name)!);
    });
  },
  { adjust: withSteam({ endpoints: steam.endpoints }) },
);

function isValidWith(status: number): Response {
  return new Response(`ns:${NS}\nis_valid:true\n`, { status });
}
