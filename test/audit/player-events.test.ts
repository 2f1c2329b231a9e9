import { beforeAll, describe, expect, test } from "bun:test";
import type { PlayerEvent } from "../../src/audit/model";
import type { SessionAnswer } from "../../src/session/model";
import { cleanUpAt } from "../support/clean-up";
import { newGuestKey, playAsGuest } from "../support/guests";
import { linkingAt } from "../support/linking";
import { freshName, refreshed, signIn } from "../support/players";
import { rejection } from "../support/rejection";
import { bearer, expectError, expectInvalid, get, post } from "../support/requests";
import { type Studio, studioAt } from "../support/studio";
import { onEachDatabase } from "../support/suite";

onEachDatabase((at) => {
  let studio: Studio;
  beforeAll(async () => {
    studio = await studioAt(at.server);
  });
  const events = async (session: SessionAnswer, query = "") => {
    const { status, text } = await get(at.server, `/api/me/events${query}`, bearer(session));
    expect([status, text.slice(0, 21)]).toEqual([200, '{"status":"success","']);
    return JSON.parse(text) as { events: PlayerEvent[]; next: string | null };
  };
  const rename = async (session: SessionAnswer, new_username: string) =>
    expect((await post(at.server, "/api/update_username", { new_username }, bearer(session))).status).toBe(
      200,
    );
  const rows = async (userId: number) =>
    (
      await at.server.database.pool.query("SELECT * FROM audit_events WHERE user_id = $1 ORDER BY id", [
        userId,
      ])
    ).rows;

  describe("A player sees what happened to their account, the latest first", () => {
    test("a new device, by the name that they gave it", async () => {
      const session = await signIn(at.server, {}, { device: "The tablet" });
      expect(await events(session)).toEqual({
        status: "success",
        events: [
          {
            id: expect.stringMatching(/^[0-9a-f-]{36}$/),
            action: "new_device",
            by: "player",
            before: null,
            after: { device: "The tablet" },
            reason: null,
            created_at: expect.any(String),
          },
        ],
        next: null,
      } as never);
    });

    test("a rename, with both names; and none where the name stayed", async () => {
      const session = await signIn(at.server);
      const name = freshName();
      await rename(session, name);
      await rename(session, name);
      const [first, ...others] = (await events(session)).events;
      expect(first).toMatchObject({
        action: "rename",
        by: "player",
        before: { name: session.user.name },
        after: { name },
      });
      expect(others.map(({ action }) => action)).toEqual(["new_device"]);
    });

    test("links, unlinks, merges and what was taken back", async () => {
      const { mine, ticket } = await linkingAt(at.server).conflict();
      await linkingAt(at.server).resolve(mine, ticket, "mine");
      const key = newGuestKey();
      await linkingAt(at.server).link(mine, { provider: "guest", guest_key: key });
      await linkingAt(at.server).unlink(mine, "google");
      const [unlink] = await linkingAt(at.server).changes(mine);
      await linkingAt(at.server).undo(mine, unlink!.id);
      expect((await events(mine)).events.map(({ action, before, after }) => [action, before, after])).toEqual(
        [
          ["undo", { change: unlink!.id, action: "unlink" }, null],
          ["unlink", { provider: "google" }, null],
          ["link", null, { provider: "guest" }],
          [
            "merge",
            { stars: 5, level: 4, stats: expect.any(Object), merged_user_id: expect.any(Number) },
            { stars: 9, level: 4, stats: expect.any(Object) },
          ],
          ["new_device", null, { device: null }],
        ],
      );
    });

    test("what the studio did and why, not who; and not what it noted for itself, or took back of that", async () => {
      const session = await signIn(at.server);
      const { id } = session.user;
      const name = freshName();
      await studio.rename(id, name);
      await studio.undo(await studio.note(id, "Rude in chat."));
      await studio.setRoles(id, ["moderator"]);
      await studio.ban(id, { reason: "Cheating" });
      await studio.unban(id);
      await studio.endSessions(id);
      const again = await refreshed(at.server, await signInAgain(session));
      const { events: seen } = await events(again);
      expect(seen.map(({ action, by, reason }) => [action, by, reason])).toEqual([
        ["new_device", "player", null],
        ["end_sessions", "studio", null],
        ["unban", "studio", null],
        ["ban", "studio", "Cheating"],
        ["roles", "studio", null],
        ["rename", "studio", null],
        ["new_device", "player", null],
      ]);
      expect(JSON.stringify(seen)).not.toContain("ops");
    });

    test("page by page", async () => {
      const session = await playAsGuest(at.server);
      for (let n = 0; n < 5; n++) await rename(session, freshName());
      const all = (await events(session)).events.map(({ id }) => id);
      const paged: string[] = [];
      let next: string | null = null;
      do {
        const page: { events: PlayerEvent[]; next: string | null } = await events(
          session,
          `?limit=4${next ? `&before=${next}` : ""}`,
        );
        paged.push(...page.events.map(({ id }) => id));
        next = page.next;
      } while (next);
      expect([all.length, paged]).toEqual([6, all]);
    });

    test("their own alone, and nobody's without a token", async () => {
      const [one, other] = [await signIn(at.server), await signIn(at.server)];
      await rename(one, freshName());
      expect((await events(other)).events.map(({ action }) => action)).toEqual(["new_device"]);
      expectError(await get(at.server, "/api/me/events"), "unauthorized");
    });

    test.each([
      ["limit=0", "limit"],
      ["limit=101", "limit"],
      ["limit=x", "limit"],
      ["before=x", "before"],
    ])("?%s is refused", async (query, field) => {
      const session = await playAsGuest(at.server);
      expectInvalid(await get(at.server, `/api/me/events?${query}`, bearer(session)), field);
    });
  });

  async function signInAgain({ user }: SessionAnswer) {
    return signIn(at.server, { account: user.email });
  }

  describe("What was done", () => {
    test("names its request, and says nothing of emails and accounts elsewhere", async () => {
      const session = await signIn(at.server);
      const { access_token } = session;
      const name = freshName();
      await post(
        at.server,
        "/api/update_username",
        { new_username: name },
        { ...bearer(access_token), "x-request-id": "audit-1" },
      );
      await linkingAt(at.server).link(session, { provider: "guest", guest_key: newGuestKey() });
      const written = await rows(session.user.id);
      expect(written[0]).toEqual({
        id: expect.any(String),
        user_id: session.user.id,
        action: "rename",
        actor_kind: "player",
        actor_id: String(session.user.id),
        before: { name: session.user.name },
        after: { name },
        reason: null,
        request_id: "audit-1",
        created_at: expect.any(Date),
      });
      expect(JSON.stringify(written)).not.toContain("@");
    });

    test("is not there when it was not done", async () => {
      const session = await signIn(at.server);
      const other = await signIn(at.server);
      const { body } = await post(
        at.server,
        "/api/update_username",
        { new_username: other.user.name },
        bearer(session),
      );
      expect(body.code).toBe("username_taken");
      expect(await rejection(studio.rename(session.user.id, other.user.name))).toMatchObject({
        code: "username_taken",
      });
      expect(await rejection(studio.rename(session.user.id, "Admin"))).toMatchObject({
        code: "username_invalid",
      });
      expect(await rows(session.user.id)).toEqual([]);
    });

    test("can be changed, deleted and truncated by nobody", async () => {
      const session = await playAsGuest(at.server);
      await rename(session, freshName());
      const { pool } = at.server.database;
      const before = await rows(session.user.id);
      for (const statement of [
        "UPDATE audit_events SET actor_id = 'somebody else'",
        "UPDATE audit_events SET before = NULL, after = NULL, reason = 'another'",
        "UPDATE audit_events SET created_at = created_at - interval '40 days', before = NULL, after = NULL, reason = NULL",
        "DELETE FROM audit_events",
        "TRUNCATE audit_events",
      ])
        expect((await rejection(pool.query(statement))).message).toContain("audit_events are only added to");
      expect(await rows(session.user.id)).toEqual(before);
    });

    test("can be emptied of what is personal, and stays", async () => {
      const session = await playAsGuest(at.server);
      await rename(session, freshName());
      const [before] = await rows(session.user.id);
      await at.server.database.pool.query(
        "UPDATE audit_events SET before = NULL, after = NULL, reason = NULL WHERE user_id = $1",
        [session.user.id],
      );
      expect(await rows(session.user.id)).toEqual([{ ...before, before: null, after: null }]);
    });

    test("goes once it is older than the retention, and what is younger stays", async () => {
      const session = await playAsGuest(at.server);
      const { database } = at.server;
      await database.pool.query(
        "INSERT INTO audit_events (id, user_id, action, actor_kind, created_at) VALUES ('01900000-0000-7000-8000-000000000001', $1, 'rename', 'player', now() - interval '366 days')",
        [session.user.id],
      );
      await rename(session, freshName());
      expect(await rows(session.user.id)).toHaveLength(2);
      await cleanUpAt(at.server);
      expect(
        (await rows(session.user.id)).map(({ action, request_id }) => [action, request_id !== null]),
      ).toEqual([["rename", true]]);
    });
  });

  test("fifty renames at once are noted as often as they were made, each from the name before", async () => {
    const session = await playAsGuest(at.server);
    const answers = await Promise.all(
      Array.from({ length: 50 }, () =>
        post(at.server, "/api/update_username", { new_username: freshName() }, bearer(session)),
      ),
    );
    const renamed = answers.filter(({ status }) => status === 200);
    expect(await rows(session.user.id)).toHaveLength(renamed.length);
  });
});
