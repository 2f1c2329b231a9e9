import { describe, expect, test } from "bun:test";
import { gameServerAt } from "../support/game-servers";
import { playAsGuest } from "../support/guests";
import { linkingAt } from "../support/linking";
import { signIn } from "../support/players";
import { expectError, expectInvalid } from "../support/requests";
import { onEachDatabase } from "../support/suite";

onEachDatabase((at) => {
  const calls = () => gameServerAt(at.server);

  describe("GET /api/players", () => {
    test("tells public profiles in the order of the ids, without email, ways in and times", async () => {
      const [one, two] = [await signIn(at.server), await playAsGuest(at.server)];
      const { status, body, text } = await calls().players(`${two.user.id},${one.user.id},${two.user.id}`);
      const profile = ({ user: { id, name, picture, stars, level } }: typeof one) => ({
        asked_id: id,
        ...{ id, name, picture, stars, level },
      });
      expect([status, body as object]).toEqual([
        200,
        { status: "success", players: [profile(two), profile(one)] },
      ]);
      expect(text).not.toContain("@");
    });

    test("leaves out who is not there and who is banned", async () => {
      const [banned, there] = [await playAsGuest(at.server), await playAsGuest(at.server)];
      await calls().ban(banned.user.id);
      const { body } = await calls().players(`0,2147483647,9999999999,${banned.user.id},${there.user.id}`);
      expect(body.players.map(({ id }) => id)).toEqual([there.user.id]);
    });

    test("tells of who was merged whom they are by now, and which id was asked for", async () => {
      const linking = linkingAt(at.server);
      const { mine, theirs, ticket } = await linking.conflict();
      await linking.resolve(mine, ticket, "theirs");
      const { body } = await calls().players(`${mine.user.id},${theirs.user.id}`);
      expect(body.players.map(({ asked_id, id, stars }) => [asked_id, id, stars])).toEqual([
        [mine.user.id, theirs.user.id, 9],
        [theirs.user.id, theirs.user.id, 9],
      ]);
    });

    test("takes a hundred ids and no more, and nothing but ids", async () => {
      const many = Array.from({ length: 100 }, (_, index) => index + 1);
      expect((await calls().players(many.join(","))).status).toBe(200);
      for (const ids of [[...many, 101].join(","), "", "1,", "x", "1;2", "-1", "1.5", "99999999999"])
        expectInvalid(await calls().players(ids), "ids");
    });
  });

  describe("GET /api/players/top", () => {
    test("lists who has most, page by page, nobody twice, without banned and merged players", async () => {
      const linking = linkingAt(at.server);
      const sessions = [];
      // Far above what other tests give, of which two are equal.
      for (const stars of [1_000_003, 1_000_001, 1_000_002, 1_000_001, 1_000_009, 1_000_008]) {
        const session = await playAsGuest(at.server);
        await linking.earn(session, stars, stars + 10);
        sessions.push(session);
      }
      const [third, fifth, fourth, alsoFifth, banned, merged] = sessions.map(({ user }) => user.id);
      await calls().ban(banned!);
      await at.server.database.pool.query("UPDATE users SET merged_into = $2 WHERE id = $1", [merged, third]);
      for (const by of ["stars", "level"]) {
        const ids: number[] = [];
        let after = "";
        for (let page = 0; page < 2; page++) {
          const { status, body } = await calls().top(`by=${by}&limit=2${after}`);
          expect([status, body.players.length]).toEqual([200, 2]);
          ids.push(...body.players.map(({ id }) => id));
          after = `&after=${body.next}`;
        }
        expect(ids).toEqual([third!, fourth!, alsoFifth!, fifth!]);
      }
    });

    test("has ten on a page unless asked otherwise, and ends", async () => {
      for (let count = 0; count < 12; count++) await playAsGuest(at.server);
      const { body, text } = await calls().top("by=stars");
      expect(body.players).toHaveLength(10);
      expect(Object.keys(body.players[0]!).sort()).toEqual(["id", "level", "name", "picture", "stars"]);
      expect(text).not.toContain("@");
      const last = await calls().top("by=stars&limit=100&after=0-1");
      expect(last.body.next).toBeNull();
    });

    test.each([
      ["", "by"],
      ["by=email", "by"],
      ["by=stars&limit=0", "limit"],
      ["by=stars&limit=101", "limit"],
      ["by=stars&limit=x", "limit"],
      ["by=stars&after=9", "after"],
      ["by=stars&after=9-1-1", "after"],
    ])("?%s does not fit", async (query, field) => {
      expectInvalid(await calls().top(query), field);
    });

    test("a place beyond all numbers is an end, not a failure", async () => {
      expect((await calls().top("by=stars&after=9999999999-9999999999")).status).toBe(200);
    });
  });
});

describe("With limits", () => {
  onEachDatabase(
    (at) => {
      test("an address looks up six hundred times a minute", async () => {
        const statuses: number[] = [];
        for (let round = 0; round < 13; round++)
          statuses.push(
            ...(
              await Promise.all(Array.from({ length: 50 }, () => gameServerAt(at.server).players("1")))
            ).map(({ status }) => status),
          );
        expect(statuses.filter((status) => status === 200)).toHaveLength(600);
        expectError(await gameServerAt(at.server).top("by=stars"), "rate_limited");
      });
    },
    { env: { RATE_LIMIT: "on" } },
  );
});
