import { describe, expect, test } from "bun:test";
import { freshAccount } from "../support/players";
import { bearer, expectError, get, post } from "../support/requests";
import type { TestServer } from "../support/server";
import { steamTicket, type TicketChanges, withSteam } from "../support/steam";
import { onEachDatabase, onEmbedded } from "../support/suite";

const byTicket = (server: TestServer, ticket: string) =>
  post(server, "/api/login", { provider: "steam", ticket });

const signIn = async (server: TestServer, changes: TicketChanges = {}) =>
  byTicket(server, (await steamTicket(server, changes)).ticket);

onEachDatabase(
  (at) => {
    test("a ticket signs a player up, with the name and picture of their profile", async () => {
      const { ticket, steamid } = await steamTicket(at.server, { account: "ada" });
      const { status, body } = await byTicket(at.server, ticket);
      expect(status).toBe(200);
      expect(body.user).toMatchObject({
        name: "Ada Pepper",
        email: "",
        picture: expect.stringContaining("/local/avatars/"),
        guest: false,
        providers: ["steam"],
      });
      expect((await get(at.server, "/api/me", bearer(body))).body.user).toEqual(body.user);
      const { rows } = await at.server.database.pool.query(
        "SELECT provider, subject, email, name FROM identities WHERE user_id = $1",
        [body.user.id],
      );
      expect(rows).toEqual([{ provider: "steam", subject: steamid, email: null, name: "Ada Pepper" }]);
    });

    test("S10 another ticket of theirs is the same player; a neighbour's is another", async () => {
      const account = freshAccount();
      const [first, second, neighbour] = [
        await signIn(at.server, { account }),
        await signIn(at.server, { account }),
        await signIn(at.server),
      ];
      expect(second.body.user.id).toBe(first.body.user.id);
      expect(neighbour.body.user.id).not.toBe(first.body.user.id);
    });

    test("a ticket in capitals is the same ticket", async () => {
      const { ticket } = await steamTicket(at.server);
      const [small, capital] = [
        await byTicket(at.server, ticket),
        await byTicket(at.server, ticket.toUpperCase()),
      ];
      expect(capital.body.user.id).toBe(small.body.user.id);
    });

    test("S1 a ticket for another app is refused, and makes no user", async () => {
      const account = freshAccount();
      expectError(await signIn(at.server, { account, app_id: 730 }), "provider_audience_mismatch");
      const { rows } = await at.server.database.pool.query(
        "SELECT FROM identities WHERE provider = 'steam' AND subject = $1",
        [(await steamTicket(at.server, { account })).steamid],
      );
      expect(rows).toEqual([]);
    });

    test("S1 a ticket that the player made for another service is refused", async () => {
      expectError(await signIn(at.server, { identity: "another-service" }), "provider_token_invalid");
    });

    test("a ticket that Steam never made, or made too long ago, is refused", async () => {
      const { ticket } = await steamTicket(at.server);
      expectError(await byTicket(at.server, `${ticket.slice(0, -2)}00`), "provider_token_invalid");
      at.server.clock.advance(3_601);
      expectError(await byTicket(at.server, ticket), "provider_token_invalid");
    });

    test("who the publisher banned is refused with the reason, who VAC banned or who borrowed plays", async () => {
      const ownersteamid = (await steamTicket(at.server)).steamid;
      expectError(await signIn(at.server, { publisherbanned: true }), "account_disabled", {
        reason: "publisher_banned",
      });
      expect((await signIn(at.server, { vacbanned: true })).status).toBe(200);
      expect((await signIn(at.server, { ownersteamid })).status).toBe(200);
    });

    test("who borrowed is the player, and not the owner", async () => {
      const owner = await steamTicket(at.server);
      const borrower = await signIn(at.server, { ownersteamid: owner.steamid });
      expect((await byTicket(at.server, owner.ticket)).body.user.id).not.toBe(borrower.body.user.id);
    });
  },
  { adjust: withSteam() },
);

describe("with every refusal on", () => {
  onEmbedded(
    (at) => {
      test("who borrowed the game is refused as no owner", async () => {
        const ownersteamid = (await steamTicket(at.server)).steamid;
        expectError(await signIn(at.server, { ownersteamid }), "account_disabled", { reason: "not_owner" });
        expect((await signIn(at.server)).status).toBe(200);
      });

      test("who VAC banned is refused, also when they were here before", async () => {
        const account = freshAccount();
        expect((await signIn(at.server, { account })).status).toBe(200);
        expectError(await signIn(at.server, { account, vacbanned: true }), "account_disabled", {
          reason: "vac_banned",
        });
      });
    },
    { adjust: withSteam({ requireOwnership: true, refuseVacBanned: true }) },
  );
});

describe("with every refusal off", () => {
  onEmbedded(
    (at) => {
      test("who the publisher banned plays", async () => {
        expect((await signIn(at.server, { publisherbanned: true })).status).toBe(200);
      });
    },
    { adjust: withSteam({ refusePublisherBanned: false }) },
  );
});

describe("where it is not configured", () => {
  onEmbedded((at) => {
    test("a ticket is a 400, and the page says that there is no such way", async () => {
      expectError(await signIn(at.server), "provider_unavailable");
      const page = await get(at.server, "/auth/steam/start?redirect_uri=http://localhost:5000/x");
      expect(page.status).toBe(400);
    });
  });
});
