import { describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { gameServerAt, type Reported, withStats } from "../support/game-servers";
import { playAsGuest } from "../support/guests";
import { linkingAt } from "../support/linking";
import { expectError, expectInvalid } from "../support/requests";
import { onEachDatabase } from "../support/suite";

onEachDatabase(
  (at) => {
    const calls = () => gameServerAt(at.server);
    const newKey = () => calls().newKey(["progress:write"]);
    const newPlayers = async (count: number) => {
      const sessions = await Promise.all(Array.from({ length: count }, () => playAsGuest(at.server)));
      return sessions.map(({ user }) => user.id);
    };
    const starsOf = async (ids: number[]) =>
      (await calls().players(ids.join(","))).body.players.map(({ stars }) => stars);

    test("all players get what the match was worth to them", async () => {
      const [one, two] = await newPlayers(2);
      const answer = await calls().match(await newKey(), [
        { id: two!, changes: { stars: 3, stats: { plates: 4, best_score: 50 } } },
        { id: one!, changes: { level: 1 } },
      ]);
      expect([answer.status, answer.body as object]).toEqual([
        200,
        {
          status: "success",
          players: [
            {
              ...{ asked_id: two, id: two, stars: 3, level: 1, version: 1 },
              stats: { plates: 4, best_score: 50 },
            },
            { asked_id: one, id: one, stars: 0, level: 2, stats: {}, version: 1 },
          ],
        },
      ]);
    });

    test("sixty-four players fit, each with every stat", async () => {
      const ids = await newPlayers(64);
      const stats = { best_score: 9_007_199_254_740_991, plates: 1, last_map: -9_007_199_254_740_991 };
      const { status, body } = await calls().match(
        await newKey(),
        ids.map((id) => ({ id, changes: { stars: 1, level: 1, stats } })),
      );
      expect([status, body.players.length, body.players[63]?.stats as object]).toEqual([200, 64, stats]);
      const tooMany = [...ids, ids[0]!].map((id) => ({ id, changes: { stars: 1 } }));
      expectInvalid(await calls().match(await newKey(), tooMany), "players");
      expectInvalid(await calls().match(await newKey(), []), "players");
    });

    describe("All or none", () => {
      test("a player who is gone keeps everybody from it, and is named", async () => {
        const [one, two] = await newPlayers(2);
        const once = randomUUID();
        const key = await newKey();
        const report = (id: number): Reported => ({ id, changes: { stars: 1 } });
        expectError(
          await calls().match(key, [report(one!), report(2_147_483_647), report(two!)], once),
          "not_found",
          {
            fields: [{ path: "players.1.id", message: "There is no such player" }],
          },
        );
        expect(await starsOf([one!, two!])).toEqual([0, 0]);
        expect((await calls().match(key, [report(one!), report(two!)], once)).status).toBe(200);
        expect(await starsOf([one!, two!])).toEqual([1, 1]);
      });

      test("a figure out of range keeps everybody from it, and is named", async () => {
        const [one, two] = await newPlayers(2);
        const answer = await calls().match(await newKey(), [
          { id: one!, changes: { stars: 1 } },
          { id: two!, changes: { stars: -1 } },
        ]);
        expectError(answer, "progress_out_of_range", {
          fields: [{ path: "players.1.changes.stars", message: "Would be less than 0" }],
        });
        expect(await starsOf([one!, two!])).toEqual([0, 0]);
      });

      test("a stat that the game does not have is named", async () => {
        const [one] = await newPlayers(1);
        const answer = await calls().match(await newKey(), [{ id: one!, changes: { stats: { wings: 1 } } }]);
        expectInvalid(answer, "players.0.changes.stats.wings");
      });
    });

    test("the same match sent again counts once and is answered alike", async () => {
      const ids = await newPlayers(3);
      const [key, once] = [await newKey(), randomUUID()];
      const players = ids.map((id) => ({ id, changes: { stars: 2 } }));
      const first = await calls().match(key, players, once, "eu-1");
      const again = await calls().match(key, players, once, "eu-1");
      expect([again.status, again.text]).toEqual([200, first.text]);
      expect(await starsOf(ids)).toEqual([2, 2, 2]);
      expectError(await calls().match(key, players.slice(1), once, "eu-1"), "idempotency_key_reused");
      expectError(await calls().match(key, players, once, "eu-2"), "idempotency_key_reused");
      expectInvalid(await calls().match(key, players, null), "idempotency-key");
    });

    test("a player who is named twice gets both, also by the id of one merged into them", async () => {
      const linking = linkingAt(at.server);
      const { mine, theirs, ticket } = await linking.conflict();
      await linking.resolve(mine, ticket, "mine");
      const { body } = await calls().match(await newKey(), [
        { id: theirs.user.id, changes: { stars: 1 } },
        { id: mine.user.id, changes: { stars: 2 } },
        { id: mine.user.id, changes: { stars: 4 } },
      ]);
      expect(body.players.map(({ asked_id, id, stars, version }) => [asked_id, id, stars, version])).toEqual([
        [theirs.user.id, mine.user.id, 16, 3],
        [mine.user.id, mine.user.id, 16, 3],
        [mine.user.id, mine.user.id, 16, 3],
      ]);
    });

    test("fifty matches at once with the same players, in every order, add up", async () => {
      const ids = await newPlayers(8);
      const key = await newKey();
      const matches = Array.from({ length: 50 }, (_, match) => {
        const order = match % 2 ? ids : ids.toReversed();
        const players = order.map((id) => ({
          id,
          changes: { stars: 1, stats: { plates: match, best_score: match, last_map: 1 } },
        }));
        return { players, once: randomUUID() };
      });
      const send = async ({ players, once }: (typeof matches)[number]) => {
        for (;;) {
          const answer = await calls().match(key, players, once);
          if (answer.status === 200) return answer;
          // All ten connections wait for these players; who waits for too long is told to come again.
          expect(["database_unavailable", "idempotency_key_in_use"]).toContain(answer.body.code);
        }
      };
      await Promise.all(matches.map(send));
      await Promise.all(matches.map(send));
      const { body } = await calls().match(
        key,
        ids.map((id) => ({ id, changes: {} })),
      );
      for (const { stars, stats, version } of body.players)
        expect([stars, stats, version]).toEqual([
          50,
          { plates: (49 * 50) / 2, best_score: 49, last_map: 1 },
          51,
        ]);
    }, 60_000);

    test("a match and a merge of its players at once lose nothing", async () => {
      const linking = linkingAt(at.server);
      for (let round = 0; round < 5; round++) {
        const { mine, theirs, ticket } = await linking.conflict();
        const key = await newKey();
        const won = [mine, theirs].map(({ user }) => ({ id: user.id, changes: { stats: { plates: 10 } } }));
        const [match, merged] = await Promise.all([
          calls().match(key, won),
          linking.resolve(mine, ticket, "mine"),
        ]);
        expect([match.status, merged.status]).toEqual([200, 200]);
        const { body } = await calls().update(key, mine.user.id, {});
        expect([body.player.stars, body.player.stats.plates]).toEqual([9, 5 + 9 + 20]);
      }
    });

    test("the log tells of a match once", async () => {
      const ids = await newPlayers(2);
      const [key, once, id] = [await newKey(), randomUUID(), randomUUID()];
      const players = ids.map((id) => ({ id, changes: { stars: 2 } }));
      for (let time = 0; time < 2; time++) await calls().match(key, players, once, id);
      const lines = (await at.server.logLines()).filter(({ match_id }) => match_id === id);
      expect(lines).toEqual([
        {
          ...{ level: "debug", time: expect.any(String), event: "match_reported" },
          ...{ server_key_id: expect.any(String), match_id: id, players: 2 },
          ...{ ip: "127.0.0.1", route: "POST /api/matches", request_id: expect.any(String) },
        },
      ]);
    });
  },
  { adjust: withStats },
);
