import { describe, expect, test } from "bun:test";
import type { SessionAnswer } from "../../src/session/model";
import { withStats } from "../support/game-servers";
import { newGuestKey, playAsGuest } from "../support/guests";
import { linkingAt } from "../support/linking";
import { freshAccount, freshName, refresh, refreshed, signIn } from "../support/players";
import { bearer, expectError, post, send } from "../support/requests";
import { rowsOf } from "../support/rows";
import { onEachDatabase } from "../support/suite";

const DAY = 86_400;

onEachDatabase(
  (at) => {
    const calls = () => linkingAt(at.server);
    const conflict = () => calls().conflict();
    const idOf = ({ user }: SessionAnswer) => user.id;
    const rows = (...sessions: SessionAnswer[]) => rowsOf(at.server.database, ...sessions.map(idOf));
    const undoLast = async (session: SessionAnswer) => {
      const [last] = await calls().changes(session);
      return calls().undo(session, last!.id);
    };

    describe("What is taken back leaves every row as it was before", () => {
      test("a link", async () => {
        const guest = await playAsGuest(at.server);
        const before = await rows(guest);
        await calls().linkGoogle(guest);
        const { status, body } = await undoLast(guest);
        expect([status, body.user.providers]).toEqual([200, ["guest"]]);
        expect(await rows(guest)).toEqual(before);
      });

      test("an unlink", async () => {
        const session = await signIn(at.server);
        await calls().link(session, { provider: "guest", guest_key: newGuestKey() });
        const before = await rows(session);
        await calls().unlink(session, "google");
        expect((await undoLast(session)).status).toBe(200);
        expect(await rows(session)).toEqual(before);
      });

      test.each(["mine", "theirs"] as const)("a merge that kept %s", async (keep) => {
        const { key, account, mine, theirs, ticket } = await conflict();
        const before = await rows(mine, theirs);
        const { body: kept } = await calls().resolve(mine, ticket, keep);
        const { status, body } = await undoLast(kept);
        expect([status, body.user.id]).toEqual([200, idOf(mine)]);
        expect(await rows(mine, theirs)).toEqual(before);
        for (const session of [mine, theirs])
          expect(idOf(await refreshed(at.server, session))).toBe(idOf(session));
        expect(idOf(await playAsGuest(at.server, key))).toBe(idOf(mine));
        expect(idOf(await signIn(at.server, { account }))).toBe(idOf(theirs));
      });

      test("a merge of a player whom another had been merged into", async () => {
        const first = await conflict();
        await calls().resolve(first.mine, first.ticket, "mine");
        const account = freshAccount();
        const third = await signIn(at.server, { account });
        const { body } = await calls().linkGoogle(first.mine, account);
        const before = await rows(first.mine, first.theirs, third);
        const { body: kept } = await calls().resolve(first.mine, body.ticket, "theirs");
        expect((await undoLast(kept)).status).toBe(200);
        expect(await rows(first.mine, first.theirs, third)).toEqual(before);
        expect((await undoLast(first.mine)).status).toBe(200);
        expect(idOf(await signIn(at.server, { account: first.account }))).toBe(idOf(first.theirs));
      });
    });

    describe("What happened since stays", () => {
      test("stars and levels that were won, the name, and devices of the player who was kept", async () => {
        const { mine, theirs, ticket } = await conflict();
        await calls().resolve(mine, ticket, "mine");
        await calls().earn(mine, 2, 1);
        const name = freshName();
        await post(at.server, "/api/update_username", { new_username: name }, bearer(mine));
        const { body } = await undoLast(mine);
        expect(body.user).toMatchObject({ name, stars: 5 + 2, level: 4 + 1 });
        expect((await calls().me(await refreshed(at.server, theirs))).stars).toBe(9);
      });

      test("what was counted: added to a sum, a record in its own right, and the last of what has a last", async () => {
        const { mine, theirs, ticket } = await conflict();
        await calls().resolve(mine, ticket, "mine");
        expect(await calls().statsOf(mine)).toEqual({ best_score: 90, plates: 14, last_map: 1, dishes: 3 });
        await calls().count(mine, { best_score: 95, plates: 16, last_map: 2 });
        await undoLast(mine);
        expect(await calls().statsOf(mine)).toEqual({ best_score: 95, plates: 7, last_map: 2 });
        expect(await calls().statsOf(theirs)).toEqual({ best_score: 90, plates: 9, dishes: 3 });
      });

      test("stats after a merge of the release before, which knew none", async () => {
        const { mine, ticket } = await conflict();
        await calls().resolve(mine, ticket, "mine");
        const stats = await calls().statsOf(mine);
        await at.server.database.pool.query(
          "UPDATE account_changes SET details = details #- '{before,stats}' #- '{after,stats}' WHERE user_id = $1",
          [idOf(mine)],
        );
        expect((await undoLast(mine)).body.user.stars).toBe(5);
        expect(await calls().statsOf(mine)).toEqual(stats);
      });

      test("ways in that were linked", async () => {
        const { mine, ticket } = await conflict();
        await calls().resolve(mine, ticket, "mine");
        const [merge] = await calls().changes(mine);
        const key = newGuestKey();
        await calls().link(mine, { provider: "guest", guest_key: key });
        await calls().undo(mine, merge!.id);
        expect(idOf(await playAsGuest(at.server, key))).toBe(idOf(mine));
      });

      test("a device of the player who was given up that has signed out", async () => {
        const { mine, theirs, ticket } = await conflict();
        const { body: kept } = await calls().resolve(mine, ticket, "theirs");
        const [merge] = await calls().changes(kept);
        await post(at.server, "/api/logout", { refresh_token: kept.refresh_token });
        expect((await calls().undo(theirs, merge!.id)).status).toBe(200);
        expectError(await refresh(at.server, kept), "invalid_grant");
      });
    });

    test("a way in of the player given up that was taken from the kept one comes back with them", async () => {
      const { account, mine, theirs, ticket } = await conflict();
      await calls().resolve(mine, ticket, "mine");
      const [merge] = await calls().changes(mine);
      await calls().unlink(mine, "google");
      expect((await calls().undo(mine, merge!.id)).status).toBe(200);
      expect(idOf(await signIn(at.server, { account }))).toBe(idOf(theirs));
    });

    test("an account that is somebody else's by now cannot come back, and nothing changes", async () => {
      const account = freshAccount();
      const session = await signIn(at.server, { account });
      await calls().link(session, { provider: "guest", guest_key: newGuestKey() });
      await calls().unlink(session, "google");
      await signIn(at.server, { account });
      const before = await rows(session);
      expectError(await undoLast(session), "undo_conflict");
      expect(await rows(session)).toEqual(before);
    });

    test("a link that is the last way in cannot be taken back", async () => {
      const guest = await playAsGuest(at.server);
      await calls().linkGoogle(guest);
      await calls().unlink(guest, "guest");
      const link = (await calls().changes(guest)).find(({ kind }) => kind === "link");
      expectError(await calls().undo(guest, link!.id), "last_identity");
    });

    test.each(["mine", "theirs"] as const)(
      "an answer that was lost is asked for again, after keeping %s",
      async (keep) => {
        const { mine, ticket } = await conflict();
        const { body: kept } = await calls().resolve(mine, ticket, keep);
        const [merge] = await calls().changes(kept);
        const first = await calls().undo(kept, merge!.id);
        const after = await rowsOf(at.server.database, idOf(mine), merge!.user_id!);
        const again = await calls().undo(first.body, merge!.id);
        expect([again.status, again.body.user]).toEqual([200, first.body.user]);
        expect(await rowsOf(at.server.database, idOf(mine), merge!.user_id!)).toEqual(after);
      },
    );

    test("a change can be taken back for thirty days, by its player alone", async () => {
      const guest = await playAsGuest(at.server);
      await calls().linkGoogle(guest);
      const [link] = await calls().changes(guest);
      expectError(await calls().undo(await playAsGuest(at.server), link!.id), "not_found");
      expectError(await calls().undo(guest, "not-an-id"), "not_found");
      expectError(await send(at.server, `/api/changes/${link!.id}/undo`, { method: "POST" }), "unauthorized");
      at.server.clock.advance(29 * DAY);
      const later = await refreshed(at.server, guest);
      expect(await calls().changes(later)).toHaveLength(1);
      at.server.clock.advance(DAY + 1);
      const tooLate = await refreshed(at.server, later);
      expectError(await calls().undo(tooLate, link!.id), "not_found");
      expect(await calls().changes(tooLate)).toEqual([]);
    });
  },
  { adjust: withStats },
);
