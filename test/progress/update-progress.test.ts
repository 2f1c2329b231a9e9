import { describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { gameServerAt, withStats } from "../support/game-servers";
import { playAsGuest } from "../support/guests";
import { linkingAt } from "../support/linking";
import { signIn } from "../support/players";
import { bearer, expectError, expectInvalid, get, send } from "../support/requests";
import { onEachDatabase } from "../support/suite";

const DAY = 86_400;

onEachDatabase(
  (at) => {
    const calls = () => gameServerAt(at.server);
    const newKey = () => calls().newKey(["progress:write"]);
    const newPlayer = async () => (await playAsGuest(at.server)).user.id;

    test("stars and levels are added, each stat joins by its rule, and the version is the entity tag", async () => {
      const [key, session] = [await newKey(), await signIn(at.server)];
      const { id } = session.user;
      const stats = { best_score: 120, plates: 3, last_map: 7 };
      const first = await calls().update(key, id, { stars: 2, level: 1, stats }, '"0"');
      expect([first.status, first.headers.get("etag"), first.body as object]).toEqual([
        200,
        '"1"',
        { status: "success", player: { id, stars: 2, level: 2, stats, version: 1 } },
      ]);
      const next = { best_score: 90, plates: 4, last_map: 2 };
      const second = await calls().update(key, id, { stars: -1, stats: next }, '"1"');
      expect(second.body.player).toEqual({
        ...{ id, stars: 1, level: 2, version: 2 },
        stats: { best_score: 120, plates: 7, last_map: 2 },
      });
      const me = JSON.parse((await get(at.server, "/api/me", bearer(session))).text).user;
      expect([me.stars, me.level]).toEqual([1, 2]);
    });

    describe("If-Match", () => {
      test("of a version gone by is a conflict that tells the progress as it is, and changes nothing", async () => {
        const [key, id] = [await newKey(), await newPlayer()];
        const { body } = await calls().update(key, id, { stars: 5, stats: { plates: 1 } });
        expectError(await calls().update(key, id, { stars: 1 }, '"0"'), "version_conflict", {
          player: body.player,
        });
        expectError(await calls().update(key, id, { stars: 1 }, '"2", W/"1"'), "version_conflict", {
          player: body.player,
        });
        expect((await calls().update(key, id, { stars: 1 }, '"1"')).body.player).toEqual({
          ...body.player,
          stars: 6,
          version: 2,
        });
      });

      test("takes one of several versions, and * for any", async () => {
        const [key, id] = [await newKey(), await newPlayer()];
        expect((await calls().update(key, id, { stars: 1 }, '"7" , "0"')).status).toBe(200);
        expect((await calls().update(key, id, { stars: 1 }, "*")).body.player.version).toBe(2);
      });

      test.each([null, "", "1", '"1', 'W/"0"', '"abc"', '"01"', '*, "0"', '"0" "1"'])(
        "%p can match nothing",
        async (ifMatch) => {
          const [key, id] = [await newKey(), await newPlayer()];
          expectError(await calls().update(key, id, { stars: 1 }, ifMatch), "precondition_failed");
          expect((await calls().update(key, id, {}, '"0"')).body.player.stars).toBe(0);
        },
      );

      test("of two servers that go by the same version one goes through", async () => {
        const [key, id] = [await newKey(), await newPlayer()];
        const answers = await Promise.all(
          Array.from({ length: 10 }, () => calls().update(key, id, { stars: 1 }, '"0"')),
        );
        expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(409)]);
        expect((await calls().players(String(id))).body.players[0]?.stars).toBe(1);
      });
    });

    describe("Idempotency-Key", () => {
      test("the same request gets the same answer for a day, and counts once", async () => {
        const [key, id, once] = [await newKey(), await newPlayer(), randomUUID()];
        const first = await calls().update(key, id, { stars: 2 }, '"0"', once);
        await calls().update(key, id, { stars: 10 });
        at.server.clock.advance(DAY - 60);
        const again = await calls().update(key, id, { stars: 2 }, '"0"', once);
        expect([again.status, again.text, again.headers.get("etag")]).toEqual([200, first.text, '"1"']);
        at.server.clock.advance(120);
        expectError(await calls().update(key, id, { stars: 2 }, '"0"', once), "version_conflict", {
          player: expect.anything(),
        });
        const anew = await calls().update(key, id, { stars: 2 }, "*", once);
        expect(anew.body.player.stars).toBe(14);
        expect((await calls().update(key, id, { stars: 2 }, "*", once)).text).toBe(anew.text);
      });

      test("for another request is refused, whatever differs", async () => {
        const [key, id, other, once] = [await newKey(), await newPlayer(), await newPlayer(), randomUUID()];
        await calls().update(key, id, { stars: 2 }, "*", once);
        for (const answer of [
          await calls().update(key, id, { stars: 3 }, "*", once),
          await calls().update(key, other, { stars: 2 }, "*", once),
          await calls().update(key, id, { stars: 2 }, '"1"', once),
          await calls().match(key, [{ id, changes: { stars: 2 } }], once),
        ])
          expectError(answer, "idempotency_key_reused");
        expect((await calls().players(String(id))).body.players[0]?.stars).toBe(2);
      });

      test("of a refused request is free", async () => {
        const [key, id, once] = [await newKey(), await newPlayer(), randomUUID()];
        expect((await calls().update(key, id, { stars: 2 }, '"9"', once)).status).toBe(409);
        expect((await calls().update(key, id, { stars: 3 }, '"0"', once)).status).toBe(200);
      });

      test("of another server is another one", async () => {
        const [id, once] = [await newPlayer(), randomUUID()];
        for (let server = 0; server < 2; server++)
          await calls().update(await newKey(), id, { stars: 2 }, "*", once);
        expect((await calls().players(String(id))).body.players[0]?.stars).toBe(4);
      });

      test("of requests at once counts once; who is too early hears that the first is under way", async () => {
        const [key, id, once] = [await newKey(), await newPlayer(), randomUUID()];
        const answers = await Promise.all(
          Array.from({ length: 20 }, () => calls().update(key, id, { stars: 2 }, "*", once)),
        );
        for (const answer of answers)
          if (answer.status !== 200) expectError(answer, "idempotency_key_in_use");
        expect(new Set(answers.filter(({ status }) => status === 200).map(({ text }) => text)).size).toBe(1);
        expect((await calls().update(key, id, { stars: 2 }, "*", once)).body.player.stars).toBe(2);
      });

      test.each([null, "", "a b", "é", "x".repeat(256)])("%p is none", async (once) => {
        const [key, id] = [await newKey(), await newPlayer()];
        expectInvalid(await calls().update(key, id, { stars: 1 }, "*", once), "idempotency-key");
      });
    });

    describe("Who was merged into another", () => {
      test("wins for the one who was kept, from both ids", async () => {
        const linking = linkingAt(at.server);
        const { mine, theirs, ticket } = await linking.conflict();
        await linking.resolve(mine, ticket, "mine");
        const key = await newKey();
        const { body } = await calls().update(key, theirs.user.id, { stars: 1 });
        expect([body.player.id, body.player.stars]).toEqual([mine.user.id, 10]);
      });
    });

    describe("Is refused", () => {
      test("a player who is not there", async () => {
        for (const id of ["2147483647", "9999999999"])
          expectError(await calls().update(await newKey(), id, { stars: 1 }), "not_found");
        expectInvalid(await calls().update(await newKey(), "x", { stars: 1 }), "id");
        expectInvalid(await calls().update(await newKey(), "0", { stars: 1 }), "id");
      });

      test("a stat that the game does not have", async () => {
        const answer = await calls().update(await newKey(), await newPlayer(), {
          stats: { plates: 1, wings: 2 },
        });
        expectInvalid(answer, "stats.wings");
      });

      test.each([
        [{ stars: 1.5 }, "stars"],
        [{ stars: "1" }, "stars"],
        [{ level: 2 ** 31 }, "level"],
        [{ stats: { plates: 2 ** 53 } }, "stats.plates"],
        [{ stats: { plates: 0.5 } }, "stats.plates"],
        [{ stats: 1 }, "stats"],
        [{ stats: [] }, "stats"],
        [{ stats: { Plates: 1 } }, "stats.Plates"],
        [{ score: 1 }, "score"],
      ])("%j", async (changes, field) => {
        expectInvalid(await calls().update(await newKey(), await newPlayer(), changes), field);
      });

      test.each([
        [{ stars: -6 }, "stars"],
        [{ stars: 2 ** 31 - 1 }, "stars"],
        [{ level: -1 }, "level"],
        [{ stats: { plates: Number.MAX_SAFE_INTEGER } }, "stats.plates"],
      ])("what would lead out of range: %j", async (changes, path) => {
        const [key, id] = [await newKey(), await newPlayer()];
        const { body } = await calls().update(key, id, { stars: 5, stats: { plates: 1 } });
        expectError(await calls().update(key, id, changes), "progress_out_of_range", {
          fields: [{ path, message: expect.any(String) }],
        });
        expect((await calls().update(key, id, {}, '"1"')).body.player).toEqual({
          ...body.player,
          version: 2,
        });
      });

      test("who has no key that was made for it", async () => {
        const session = await playAsGuest(at.server);
        const path = `/api/players/${session.user.id}/progress`;
        expectError(await send(at.server, path, { method: "PATCH" }), "unauthorized");
        expectError(
          await calls().update(session.access_token, session.user.id, { stars: 1 }),
          "invalid_token",
        );
        const other = await calls().newKey(["introspect"]);
        expectError(await calls().update(other, session.user.id, { stars: 1 }), "insufficient_scope");
      });
    });

    test("names that objects have by themselves are no stats and do no harm", async () => {
      const [key, id] = [await newKey(), await newPlayer()];
      for (const name of ["constructor", "hasownproperty", "valueof"])
        expectInvalid(await calls().update(key, id, { stats: { [name]: 1 } }), `stats.${name}`);
      const { status, text } = await send(at.server, `/api/players/${id}/progress`, {
        method: "PATCH",
        body: '{"stats":{"__proto__":{"plates":1}}}',
        headers: {
          "content-type": "application/json",
          ...bearer(key),
          ...{ "if-match": "*", "idempotency-key": randomUUID() },
        },
      });
      expect([status, JSON.parse(text).fields[0].path]).toEqual([400, "stats.__proto__"]);
    });
  },
  { adjust: withStats },
);
