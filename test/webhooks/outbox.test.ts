import { afterEach, describe, expect, test } from "bun:test";
import type { SessionAnswer } from "../../src/session/model";
import { createStores } from "../../src/stores";
import { playAsGuest } from "../support/guests";
import { linkingAt } from "../support/linking";
import { freshName, signIn } from "../support/players";
import { bearer, expectError, post } from "../support/requests";
import { onEachDatabase } from "../support/suite";
import { webhooksAt } from "../support/webhooks";

/** Nobody is sent to in these tests. */
const NOWHERE = { url: "http://127.0.0.1:9/" };

onEachDatabase((at) => {
  const rename = (session: SessionAnswer, new_username: string) =>
    post(at.server, "/api/update_username", { new_username }, bearer(session));
  const calls = () => linkingAt(at.server);
  const kit = () => webhooksAt(at.server);
  afterEach(async () => (await kit()).reset());

  describe("What happens to a player is told once, with what is public of it", () => {
    test("a first sign-in, and no later one", async () => {
      const { add, rows } = await kit();
      await add(NOWHERE);
      const { user } = await signIn(at.server, { account: "ada@players.example" });
      await signIn(at.server, { account: "ada@players.example" });
      expect(await rows()).toEqual([
        {
          event_id: expect.any(String),
          type: "player.created",
          user_id: user.id,
          status: "pending",
          data: {
            player: { id: user.id, name: user.name },
            by: "player",
            before: null,
            after: { name: user.name, providers: ["google"] },
            reason: null,
          },
        },
      ]);
    });

    test("a rename, under the id that the audit has", async () => {
      const { add, rows } = await kit();
      const session = await signIn(at.server);
      await add(NOWHERE);
      const name = freshName();
      await rename(session, name);
      const { id, name: before } = session.user;
      const audited = await at.server.database.pool.query(
        "SELECT id FROM audit_events WHERE user_id = $1 AND action = 'rename'",
        [id],
      );
      expect(await rows()).toEqual([
        {
          event_id: audited.rows[0].id,
          type: "player.renamed",
          user_id: id,
          status: "pending",
          data: {
            player: { id, name },
            by: "player",
            before: { name: before },
            after: { name },
            reason: null,
          },
        },
      ]);
    });

    test("a link, an unlink and its undoing", async () => {
      const { add, rows } = await kit();
      const guest = await playAsGuest(at.server);
      await add(NOWHERE);
      await calls().linkGoogle(guest);
      await calls().unlink(guest, "google");
      const [last] = await calls().changes(guest);
      await calls().undo(guest, last!.id);
      const told = await rows();
      expect(told.map(({ type, user_id }) => [type, user_id])).toEqual([
        ["player.linked", guest.user.id],
        ["player.unlinked", guest.user.id],
        ["player.change_undone", guest.user.id],
      ]);
      expect(told.map(({ data }) => data)).toMatchObject([
        { before: null, after: { provider: "google" } },
        { before: { provider: "google" }, after: null },
        { before: { change: last!.id, action: "unlink" } },
      ]);
    });

    test("a merge, of the player who is kept", async () => {
      const { add, rows } = await kit();
      const { mine, theirs, ticket } = await calls().conflict();
      await add(NOWHERE);
      await calls().resolve(mine, ticket, "mine");
      expect(await rows()).toMatchObject([
        {
          type: "player.merged",
          user_id: mine.user.id,
          data: { before: { merged_user_id: theirs.user.id }, after: { stars: 9, level: 4 } },
        },
      ]);
    });

    test("a guest who never came back", async () => {
      const { add, rows } = await kit();
      await add(NOWHERE, "player.purged");
      const { user } = await playAsGuest(at.server);
      at.server.clock.advance(91 * 86_400);
      const { database, clock, config } = at.server;
      const { users } = createStores(database, clock, config);
      await users.purgeGuests(config.guests.purgeAfterSeconds, 500);
      const told = (await rows()).find(({ user_id }) => user_id === user.id);
      expect(told).toMatchObject({ type: "player.purged", data: { player: { id: user.id }, by: "system" } });
    });

    test("and never an email", async () => {
      const { add } = await kit();
      await add(NOWHERE);
      const { mine, ticket } = await calls().conflict();
      await rename(mine, freshName());
      await calls().resolve(mine, ticket, "mine");
      const { rows } = await at.server.database.pool.query(
        "SELECT string_agg(webhook_deliveries::text, ' ') AS text FROM webhook_deliveries",
      );
      expect(rows[0].text).toContain("player.merged");
      expect(rows[0].text).not.toContain("@");
    });
  });

  describe("Nothing is told", () => {
    test("where there is no endpoint", async () => {
      const { rows } = await kit();
      await rename(await signIn(at.server), freshName());
      expect(await rows()).toEqual([]);
    });

    test("to an endpoint that has said 410, or wants to hear of something else", async () => {
      const { add, rows, webhooks } = await kit();
      const { id } = await add(NOWHERE);
      await add(NOWHERE, "player.merged");
      await webhooks.disable(id);
      await rename(await signIn(at.server), freshName());
      expect(await rows()).toEqual([]);
    });

    test("of a name that was refused, is taken, or is the player's already", async () => {
      const { add, rows } = await kit();
      const [one, other] = [await signIn(at.server), await signIn(at.server)];
      await add(NOWHERE);
      expectError(await rename(one, "x"), "username_invalid", { reason: "too_short" });
      expectError(await rename(one, other.user.name), "username_taken");
      expect((await rename(one, one.user.name)).status).toBe(200);
      expect(await rows()).toEqual([]);
    });

    test("of what did not come about in the end", async () => {
      const { add, rows } = await kit();
      const guest = await playAsGuest(at.server);
      await calls().linkGoogle(guest);
      await calls().unlink(guest, "google");
      await add(NOWHERE, "player.unlinked", "player.change_undone");
      // The only way in that is left: the statements of the unlink are taken back.
      expectError(await calls().unlink(guest, "guest"), "last_identity");
      expect(await rows()).toEqual([]);
    });
  });

  test("each endpoint is told of what it wants, each event once", async () => {
    const { add, rows } = await kit();
    await add(NOWHERE);
    await add(NOWHERE, "player.created", "player.renamed");
    await add(NOWHERE, "player.renamed");
    const session = await signIn(at.server);
    await rename(session, freshName());
    const types = (await rows()).map(({ type }) => type);
    expect(types.sort()).toEqual([...Array(2).fill("player.created"), ...Array(3).fill("player.renamed")]);
  });
});
