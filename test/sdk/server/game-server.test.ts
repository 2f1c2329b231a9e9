import { describe, expect, test } from "bun:test";
import { generateKeyPairSync } from "node:crypto";
import { AccountServerError, GameServer } from "../../../sdk/src/server/index.ts";
import { gameServerAt, withStats } from "../../support/game-servers";
import { playAsGuest } from "../../support/guests";
import { issuerOf } from "../../support/oauth";
import { rejection } from "../../support/rejection";
import { post } from "../../support/requests";
import { onEachDatabase, onEmbedded } from "../../support/suite";
import { lossyFetch } from "../support/lossy-fetch.ts";

const REFUSED = { name: "AccountServerError" };

onEachDatabase(
  (at) => {
    const calls = () => gameServerAt(at.server);
    const gameServer = async (fetch = globalThis.fetch as never) =>
      new GameServer({
        backendUrl: `${at.server.origin}/`,
        issuer: issuerOf(at.server),
        key: await calls().newKey(["introspect", "tickets:redeem", "progress:write"], "kitchen-eu"),
        fetch,
      });
    const ticketOf = async (session: Awaited<ReturnType<typeof playAsGuest>>) =>
      (await calls().ticket(session, "kitchen-eu")).body.ticket;

    test("a player joins by a ticket, and what they win is theirs", async () => {
      const accounts = await gameServer();
      const session = await playAsGuest(at.server);
      const joined = await accounts.redeemJoinTicket(await ticketOf(session));
      expect(joined).toEqual({
        user: { id: session.user.id, name: session.user.name, picture: null, stars: 0, level: 1 },
        stats: {},
        version: 0,
      });
      const { id } = joined.user;
      const after = await accounts.updateProgress(id, { stars: 2, stats: { plates: 3 } }, { ifVersion: 0 });
      expect(after).toEqual({ id, stars: 2, level: 1, stats: { plates: 3 }, version: 1 });
      const [winner] = await accounts.reportMatch([{ id, changes: { stars: 1, level: 1 } }], {
        matchId: "m-1",
      });
      expect(winner).toMatchObject({ id, stars: 3, level: 2, version: 2 });
    });

    test("refusals have the account server's code, and what is needed to go on", async () => {
      const accounts = await gameServer();
      const session = await playAsGuest(at.server);
      const ticket = await ticketOf(session);
      await accounts.redeemJoinTicket(ticket);
      expect(await rejection(accounts.redeemJoinTicket(ticket))).toMatchObject({
        code: "invalid_ticket",
        status: 401,
      });
      const { id } = session.user;
      await accounts.updateProgress(id, { stars: 1 });
      expect(await rejection(accounts.updateProgress(id, { stars: 1 }, { ifVersion: 0 }))).toMatchObject({
        ...REFUSED,
        ...{ code: "version_conflict", status: 409, requestId: expect.any(String) },
        player: { id, stars: 1, level: 1, stats: {}, version: 1 },
      });
      expect(await rejection(accounts.reportMatch([{ id: 2_147_483_647, changes: {} }]))).toMatchObject({
        ...{ code: "not_found", fields: [{ path: "players.0.id", message: "There is no such player" }] },
      });
    });

    test("a report whose answers are lost counts once", async () => {
      const network = lossyFetch();
      const accounts = await gameServer(network.fetch as never);
      const { id } = (await playAsGuest(at.server)).user;
      let answers = 0;
      network.lose(() => answers++ < 2);
      const [player] = await accounts.reportMatch([{ id, changes: { stars: 5 } }]);
      expect(player).toMatchObject({ stars: 5, version: 1 });
    });

    test("a report that was given up goes on under its key, also after a restart", async () => {
      const network = lossyFetch();
      const accounts = await gameServer(network.fetch as never);
      const { id } = (await playAsGuest(at.server)).user;
      network.lose(() => network.requests.length === 1);
      const report = [{ id, changes: { stars: 5 } }];
      const error = await accounts.reportMatch(report, { retryForSeconds: 0 }).catch((thrown) => thrown);
      expect(error).toBeInstanceOf(AccountServerError);
      const { code, idempotencyKey } = error as AccountServerError;
      expect(code).toBe("network_error");
      const [player] = await accounts.reportMatch(report, { idempotencyKey });
      expect(player).toMatchObject({ stars: 5, version: 1 });
    });

    test("a token that a shared secret signs is told by the account server, and inactive after a logout", async () => {
      const accounts = await gameServer();
      const session = await playAsGuest(at.server);
      expect(await accounts.verifyAccessToken(session.access_token)).toEqual({
        ...{
          userId: session.user.id,
          clientId: "game",
          sessionId: expect.any(String),
          expiresAt: expect.any(Date),
        },
      });
      expect((await accounts.introspect(session.access_token)).active).toBe(true);
      await post(at.server, "/api/logout", session);
      expect(await accounts.introspect(session.access_token)).toEqual({ active: false });
      for (const token of [session.access_token, session.refresh_token, "x", "a.b.c", ""])
        expect(await rejection(accounts.verifyAccessToken(token))).toMatchObject({
          ...REFUSED,
          code: "invalid_token",
        });
    });
  },
  { adjust: withStats },
);

describe("Where a key pair signs access tokens", () => {
  const pem = generateKeyPairSync("ec", { namedCurve: "P-256" })
    .privateKey.export({ type: "pkcs8", format: "pem" })
    .toString();
  onEmbedded(
    (at) => {
      const check = (options = {}) =>
        new GameServer({
          backendUrl: at.server.origin,
          issuer: issuerOf(at.server),
          key: "sk_none",
          ...options,
        });

      test("a token is checked without a key of the server's, and the keys are asked for once", async () => {
        let requests = 0;
        const accounts = check({
          fetch: (input: string, init: RequestInit) => {
            requests++;
            return fetch(input, init);
          },
        });
        const { access_token, user } = await playAsGuest(at.server);
        for (let time = 0; time < 3; time++)
          expect((await accounts.verifyAccessToken(access_token)).userId).toBe(user.id);
        expect(requests).toBe(1);
      });

      test.each([
        ["of another issuer", { issuer: "https://elsewhere.example" }],
        ["for another audience", { audience: "another" }],
        ["of a client that is not the game's", { clients: ["forum"] }],
      ])("one %s is none", async (_, options) => {
        const { access_token } = await playAsGuest(at.server);
        expect(await rejection(check(options).verifyAccessToken(access_token))).toMatchObject({
          code: "invalid_token",
        });
      });

      test("neither a changed one nor a join ticket is one", async () => {
        const session = await playAsGuest(at.server);
        const { access_token } = session;
        const { body } = await gameServerAt(at.server).ticket(session, "robotouille");
        const at2 = access_token.lastIndexOf(".") + 5;
        const changed =
          access_token.slice(0, at2) + (access_token[at2] === "A" ? "B" : "A") + access_token.slice(at2 + 1);
        for (const token of [changed, body.ticket])
          expect(await rejection(check().verifyAccessToken(token))).toMatchObject({ code: "invalid_token" });
      });

      test("without the account server nobody is called a cheat", async () => {
        const { access_token } = await playAsGuest(at.server);
        const lost = check({ fetch: () => Promise.reject(new TypeError("fetch failed")) });
        expect(await rejection(lost.verifyAccessToken(access_token))).toMatchObject({
          code: "network_error",
        });
      });
    },
    {
      env: {
        JWT_ALGORITHM: "ES256",
        JWT_PRIVATE_KEY: pem,
        REFRESH_TOKEN_SECRET: "c3f1d2c3b4a5968778695a4b3c2d1e0f09f1d2c3b4a5968778695a4b3c2d1e0f0",
      },
    },
  );
});
