import { beforeAll, describe, expect, test } from "bun:test";
import type { SessionAnswer } from "../../src/session/model";
import { newGuestKey, playAsGuest } from "../support/guests";
import { linkingAt } from "../support/linking";
import { freshAccount, freshName, refreshed, signIn } from "../support/players";
import { rejection } from "../support/rejection";
import { bearer, expectError, post } from "../support/requests";
import { rowsOf } from "../support/rows";
import { type Studio, studioAt } from "../support/studio";
import { onEachDatabase } from "../support/suite";

const DAY = 86_400;

onEachDatabase((at) => {
  let studio: Studio;
  beforeAll(async () => {
    studio = await studioAt(at.server);
  });
  const idOf = ({ user }: SessionAnswer) => user.id;
  const rows = (...sessions: SessionAnswer[]) => rowsOf(at.server.database, ...sessions.map(idOf));
  const rename = (session: SessionAnswer, new_username: string) =>
    post(at.server, "/api/update_username", { new_username }, bearer(session));

  describe("What is taken back leaves every row as it was before", () => {
    type Change = {
      before?: (player: SessionAnswer) => Promise<unknown>;
      make(id: number): Promise<unknown>;
    };
    const changes: Record<string, Change> = {
      "a rename": { make: (id) => studio.rename(id, freshName()) },
      "a rename in another case": { make: async (id) => studio.rename(id, (await nameOf(id)).toUpperCase()) },
      "a rename of a player who has had other names": {
        before: async (player) => {
          await rename(player, freshName());
          await rename(player, player.user.name);
        },
        make: (id) => studio.rename(id, freshName()),
      },
      "a ban": { make: (id) => studio.ban(id) },
      "a ban that changed another": {
        before: ({ user }) => studio.ban(user.id, { until: inDays(1) }),
        make: (id) => studio.ban(id, { reason: "Again" }),
      },
      "an unban": { before: ({ user }) => studio.ban(user.id), make: (id) => studio.unban(id) },
      "ended sessions": { make: (id) => studio.endSessions(id) },
      "a note": { make: (id) => studio.note(id, "Was kind to the cook.") },
      roles: { make: (id) => studio.setRoles(id, ["moderator"]) },
    };
    const inDays = (days: number) => new Date(at.server.clock.now().getTime() + days * DAY * 1_000);
    const nameOf = async (id: number) => (await studio.describe(id)).player.name;

    test.each(Object.keys(changes))("%s", async (what) => {
      const { before, make } = changes[what] as Change;
      const account = freshAccount();
      const player = await signIn(at.server, { account });
      await signIn(at.server, { account });
      await linkingAt(at.server).link(player, { provider: "guest", guest_key: newGuestKey() });
      await before?.(player);
      const rowsBefore = await rows(player);
      await make(idOf(player));
      expect(await rows(player)).not.toEqual(rowsBefore);
      const [change] = (await studio.describe(idOf(player))).changes;
      expect((await studio.undo(change!.id)).undoneAt).toBeNull();
      expect(await rows(player)).toEqual(rowsBefore);
    });

    test("a merge", async () => {
      const [kept, givenUp] = [await signIn(at.server), await playAsGuest(at.server)];
      const before = await rows(kept, givenUp);
      await studio.undo(await studio.merge(idOf(kept), idOf(givenUp)));
      expect(await rows(kept, givenUp)).toEqual(before);
      for (const session of [kept, givenUp])
        expect(idOf(await refreshed(at.server, session))).toBe(idOf(session));
    });
  });

  describe("What cannot be taken back", () => {
    test("is a rename after which the player took another name", async () => {
      const player = await signIn(at.server);
      const { changeId } = await studio.rename(idOf(player), freshName());
      await rename(player, freshName());
      const before = await rows(player);
      expect(await rejection(studio.undo(changeId as string))).toMatchObject({ code: "undo_conflict" });
      expect(await rows(player)).toEqual(before);
    });

    test("is a ban that was changed since", async () => {
      const player = await signIn(at.server);
      const first = await studio.ban(idOf(player));
      await studio.ban(idOf(player), { reason: "Another" });
      const before = await rows(player);
      expect(await rejection(studio.undo(first))).toMatchObject({ code: "undo_conflict" });
      expect(await rows(player)).toEqual(before);
    });

    test("is what is older than thirty days, or was never made", async () => {
      const player = await signIn(at.server);
      const change = await studio.ban(idOf(player));
      at.server.clock.advance(30 * DAY + 1);
      for (const id of [change, "01a22db5-4614-734c-8fd1-fdba4ab1e5fe", "nonsense"])
        expect(await rejection(studio.undo(id))).toMatchObject({ code: "not_found" });
    });

    test("is anything of the studio's by the player themselves, who is not told of it either", async () => {
      const player = await signIn(at.server);
      const { changeId } = await studio.rename(idOf(player), freshName());
      expect(await linkingAt(at.server).changes(player)).toEqual([]);
      expectError(await linkingAt(at.server).undo(player, changeId as string), "not_found");
    });
  });

  test("asked for again, an undo changes nothing", async () => {
    const player = await signIn(at.server);
    const change = await studio.ban(idOf(player));
    await studio.undo(change);
    const after = await rows(player);
    expect((await studio.undo(change)).undoneAt).toBeInstanceOf(Date);
    expect(await rows(player)).toEqual(after);
  });
});
