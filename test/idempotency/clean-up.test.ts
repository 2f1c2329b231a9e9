import { expect, test } from "bun:test";
import { cleanUpAt } from "../support/clean-up";
import { gameServerAt } from "../support/game-servers";
import { playAsGuest } from "../support/guests";
import { onEachDatabase } from "../support/suite";

onEachDatabase((at) => {
  test("answers go after a day, and the keys themselves were never there", async () => {
    const { database, clock } = at.server;
    const calls = gameServerAt(at.server);
    const key = await calls.newKey(["progress:write"]);
    const { id } = (await playAsGuest(at.server)).user;
    const answers = async () =>
      (await database.pool.query("SELECT i::text AS row FROM idempotency_keys AS i")).rows;
    const clean = () => cleanUpAt(at.server);
    await calls.match(key, [{ id, changes: { stars: 1 } }], "a-match-of-yesterday");
    clock.advance(86_000);
    await calls.match(key, [{ id, changes: { stars: 1 } }], "a-match-of-today");
    await clean();
    expect(await answers()).toHaveLength(2);
    clock.advance(500);
    await clean();
    const left = await answers();
    expect(left).toHaveLength(1);
    expect(JSON.stringify(left)).not.toContain("a-match");
  });
});
