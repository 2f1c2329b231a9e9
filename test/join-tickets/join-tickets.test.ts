import { describe, expect, test } from "bun:test";
import { decodeJwt, decodeProtectedHeader, SignJWT } from "jose";
import { createJoinTickets } from "../../src/join-tickets/join-ticket";
import { loadKeyRing } from "../../src/session/keys";
import { createSigningKeys } from "../../src/signing-keys/signing-keys";
import { createStores } from "../../src/stores";
import { gameServerAt, withStats } from "../support/game-servers";
import { playAsGuest } from "../support/guests";
import { linkingAt } from "../support/linking";
import { issuerOf } from "../support/oauth";
import { refreshed, signIn } from "../support/players";
import { bearer, expectError, expectInvalid, get, post } from "../support/requests";
import { onEachDatabase } from "../support/suite";

onEachDatabase(
  (at) => {
    const calls = () => gameServerAt(at.server);
    const kitchen = () => calls().newKey(["tickets:redeem", "progress:write"], "kitchen-eu");
    const signingKeys = async () => {
      const { config, clock, database } = at.server;
      return createSigningKeys(
        {
          signingKeys: createStores(database, clock, config).signingKeys,
          keyRing: await loadKeyRing(config.security, config.dataDir),
          clock,
        },
        config.security.accessTokenExpirySeconds,
      );
    };

    describe("A ticket", () => {
      test("is a JWT of its own type for one server and one minute, which the public keys verify", async () => {
        const session = await signIn(at.server);
        const { status, body } = await calls().ticket(session, "kitchen-eu");
        expect([status, body.status, body.expires_in]).toEqual([200, "success", 60]);
        const { kid, alg, typ } = decodeProtectedHeader(body.ticket);
        expect([alg, typ]).toEqual(["ES256", "join+jwt"]);
        const { keys } = JSON.parse((await get(at.server, "/.well-known/jwks.json")).text);
        expect(keys.map((key: { kid: string }) => key.kid)).toContain(kid);
        const { iat, exp, ...claims } = decodeJwt(body.ticket);
        expect(claims).toEqual({
          iss: issuerOf(at.server),
          aud: "kitchen-eu",
          sub: String(session.user.id),
          sid: decodeJwt(session.access_token).sid,
          jti: expect.any(String),
        });
        expect((exp ?? 0) - (iat ?? 0)).toBe(60);
      });

      test("lets its player in once, and tells the server no email", async () => {
        const session = await signIn(at.server);
        const key = await kitchen();
        await calls().update(key, session.user.id, { stars: 4, stats: { plates: 9 } });
        const { body } = await calls().ticket(session, "kitchen-eu");
        const redeemed = await calls().redeem(key, body.ticket);
        expect([redeemed.status, redeemed.body as object]).toEqual([
          200,
          {
            status: "success",
            user: {
              id: session.user.id,
              name: session.user.name,
              picture: session.user.picture,
              stars: 4,
              level: 1,
            },
            stats: { plates: 9 },
            version: 1,
          },
        ]);
        expectError(await calls().redeem(key, body.ticket), "invalid_ticket");
      });

      test("of several servers' requests with it at once one is let in", async () => {
        const key = await kitchen();
        const { body } = await calls().ticket(await playAsGuest(at.server), "kitchen-eu");
        const all = await Promise.all(Array.from({ length: 8 }, () => calls().redeem(key, body.ticket)));
        expect(all.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(401)]);
      });

      test("is good at the server that it was made for, whichever of its keys asks, and is not spent elsewhere", async () => {
        const elsewhere = await calls().newKey(["tickets:redeem"], "kitchen-us");
        const nowhere = await calls().newKey(["tickets:redeem"]);
        const { body } = await calls().ticket(await playAsGuest(at.server), "kitchen-eu");
        expectError(await calls().redeem(elsewhere, body.ticket), "invalid_ticket");
        expectError(await calls().redeem(nowhere, body.ticket), "invalid_ticket");
        expect((await calls().redeem(await kitchen(), body.ticket)).status).toBe(200);
      });

      test("is good for a minute", async () => {
        const key = await kitchen();
        const session = await playAsGuest(at.server);
        const [first, second] = [
          await calls().ticket(session, "kitchen-eu"),
          await calls().ticket(session, "kitchen-eu"),
        ];
        at.server.clock.advance(58);
        expect((await calls().redeem(key, first.body.ticket)).status).toBe(200);
        at.server.clock.advance(8);
        expectError(await calls().redeem(key, second.body.ticket), "invalid_ticket");
      });

      test("is good after its keys were replaced, on a server that has not heard of the new one", async () => {
        const session = await playAsGuest(at.server);
        const before = await calls().ticket(session, "kitchen-eu");
        const elsewhere = await signingKeys();
        await elsewhere.rotate();
        const issued = createJoinTickets(
          elsewhere,
          { current: () => issuerOf(at.server), accepts: () => true },
          at.server.clock,
        );
        const sessionId = String(decodeJwt(session.access_token).sid);
        const after = await issued.issue({ userId: session.user.id, sessionId, server: "kitchen-eu" });
        at.server.clock.advance(2);
        const key = await kitchen();
        expect((await calls().redeem(key, before.body.ticket)).status).toBe(200);
        expect((await calls().redeem(key, after)).status).toBe(200);
      });
    });

    describe("Nobody is let in", () => {
      test.each(["", "x", "a.b.c", "é", "eyJhbGciOiJub25lIn0.e30."])("by %p", async (ticket) => {
        const answer = await calls().redeem(await kitchen(), ticket);
        if (ticket === "") expectInvalid(answer, "ticket");
        else expectError(answer, "invalid_ticket");
      });

      test("by a token of another type that the same keys signed, nor by one of other keys", async () => {
        const key = await kitchen();
        const session = await playAsGuest(at.server);
        const sid = String(decodeJwt(session.access_token).sid);
        const { id, privateKey } = await (await signingKeys()).current();
        const { privateKey: foreign } = (await crypto.subtle.generateKey(
          { name: "ECDSA", namedCurve: "P-256" },
          true,
          ["sign", "verify"],
        )) as CryptoKeyPair;
        const forge = (
          typ: string,
          signer: CryptoKey,
          issuer = issuerOf(at.server),
          audience = "kitchen-eu",
        ) =>
          new SignJWT({ sid, jti: crypto.randomUUID() })
            .setProtectedHeader({ alg: "ES256", kid: id, typ })
            .setIssuer(issuer)
            .setSubject(String(session.user.id))
            .setAudience(audience)
            .setIssuedAt(Math.floor(at.server.clock.now().getTime() / 1_000))
            .setExpirationTime(Math.floor(at.server.clock.now().getTime() / 1_000) + 60)
            .sign(signer);
        for (const forged of [
          forge("JWT", privateKey),
          forge("at+jwt", privateKey),
          forge("join+jwt", foreign),
          forge("join+jwt", privateKey, "https://elsewhere.example"),
          forge("join+jwt", privateKey, issuerOf(at.server), "kitchen-us"),
        ])
          expectError(await calls().redeem(key, await forged), "invalid_ticket");
        expect((await calls().redeem(key, await forge("join+jwt", privateKey))).status).toBe(200);
        expectError(await calls().redeem(key, session.access_token), "invalid_ticket");
      });

      test("after the player has signed out", async () => {
        const session = await signIn(at.server);
        const { body } = await calls().ticket(session, "kitchen-eu");
        await post(at.server, "/api/logout", session);
        expectError(await calls().redeem(await kitchen(), body.ticket), "invalid_ticket");
      });

      test("after the player was banned", async () => {
        const session = await playAsGuest(at.server);
        const { body } = await calls().ticket(session, "kitchen-eu");
        await calls().ban(session.user.id);
        expectError(await calls().redeem(await kitchen(), body.ticket), "invalid_ticket");
      });

      test("after the player was deleted", async () => {
        const session = await playAsGuest(at.server);
        const { body } = await calls().ticket(session, "kitchen-eu");
        await at.server.database.pool.query("DELETE FROM users WHERE id = $1", [session.user.id]);
        expectError(await calls().redeem(await kitchen(), body.ticket), "invalid_ticket");
      });

      test.each(["mine", "theirs"] as const)(
        "as a player who was merged into another, keeping %s; the kept one asks for a ticket of their own",
        async (keep) => {
          const linking = linkingAt(at.server);
          const { mine, theirs, ticket } = await linking.conflict();
          const given = keep === "mine" ? theirs : mine;
          const kept = keep === "mine" ? mine : theirs;
          const { body } = await calls().ticket(given, "kitchen-eu");
          const { body: session } = await linking.resolve(mine, ticket, keep);
          const key = await kitchen();
          expectError(await calls().redeem(key, body.ticket), "invalid_ticket");
          const again = await calls().ticket(session, "kitchen-eu");
          expect((await calls().redeem(key, again.body.ticket)).body.user.id).toBe(kept.user.id);
        },
      );

      test("without a key that was made for it", async () => {
        const { body } = await calls().ticket(await playAsGuest(at.server), "kitchen-eu");
        expectError(
          await post(at.server, "/api/join_tickets/redeem", { ticket: body.ticket }),
          "unauthorized",
        );
        expectError(await calls().redeem(`sk_${"x".repeat(43)}`, body.ticket), "invalid_token");
        expectError(
          await calls().redeem(await calls().newKey(["introspect"], "kitchen-eu"), body.ticket),
          "insufficient_scope",
        );
        expect((await calls().redeem(await kitchen(), body.ticket)).status).toBe(200);
      });
    });

    test.each([undefined, "", "a b", "../x", "x".repeat(65), 7])("%p is no server's name", async (name) => {
      expectInvalid(await calls().ticket(await playAsGuest(at.server), name), "server");
    });

    test("a ticket needs a player", async () => {
      expectError(await post(at.server, "/api/join_tickets", { server: "x" }), "unauthorized");
      expectError(
        await post(at.server, "/api/join_tickets", { server: "x" }, bearer(await kitchen())),
        "invalid_token",
      );
    });

    test("the log has who joined where by which key, and no ticket", async () => {
      const session = await refreshed(at.server, await signIn(at.server));
      const { body } = await calls().ticket(session, "kitchen-eu");
      await calls().redeem(await kitchen(), body.ticket);
      const lines = (await at.server.logLines()).filter(({ user_id }) => user_id === session.user.id);
      expect(lines.slice(-2).map(({ event, game_server }) => [event, game_server])).toEqual([
        ["join_ticket_made", "kitchen-eu"],
        ["join_ticket_redeemed", "kitchen-eu"],
      ]);
      expect(lines.at(-1)?.server_key_id).toBeString();
      expect(JSON.stringify(lines)).not.toContain(body.ticket);
    });
  },
  { adjust: withStats },
);

describe("With limits", () => {
  onEachDatabase(
    (at) => {
      test("a player gets sixty tickets in ten minutes", async () => {
        const session = await playAsGuest(at.server);
        const answers = [];
        for (let count = 0; count < 61; count++)
          answers.push(await gameServerAt(at.server).ticket(session, "kitchen-eu"));
        expect(answers.slice(0, 60).every(({ status }) => status === 200)).toBe(true);
        expectError(answers[60]!, "rate_limited");
        expect(
          (await gameServerAt(at.server).ticket(await playAsGuest(at.server), "kitchen-eu")).status,
        ).toBe(200);
      });
    },
    { env: { RATE_LIMIT: "on" } },
  );
});
