import { beforeAll, describe, expect, test } from "bun:test";
import { decodeJwt } from "jose";
import { newGuestKey, playAsGuest } from "../support/guests";
import { linkingAt } from "../support/linking";
import { freshAccount, freshName, googleTokens, refresh, refreshed, signIn } from "../support/players";
import { rejection } from "../support/rejection";
import { bearer, expectError, get, post } from "../support/requests";
import { type Studio, studioAt } from "../support/studio";
import { onEachDatabase } from "../support/suite";

const DAY = 86_400;

onEachDatabase((at) => {
  let studio: Studio;
  beforeAll(async () => {
    studio = await studioAt(at.server);
  });
  const inDays = (days: number) => new Date(at.server.clock.now().getTime() + days * DAY * 1_000);
  const loginWith = async (account: string) => {
    const { access_token } = await googleTokens(at.server, { account });
    return post(at.server, "/api/login", { access_token });
  };
  const loginAsGuest = (guest_key: string) => post(at.server, "/api/login", { provider: "guest", guest_key });
  const me = (session: { access_token: string }) => get(at.server, "/api/me", bearer(session));
  /** What leaving does to whatever could be found of a player. */
  const leave = (id: number) => at.server.database.pool.query("DELETE FROM users WHERE id = $1", [id]);

  describe("A banned player", () => {
    test("S35 cannot sign in, and is told why and until when", async () => {
      const account = freshAccount();
      const { user } = await signIn(at.server, { account });
      const until = inDays(7);
      await studio.ban(user.id, { reason: "Threw a pan", until });
      expectError(await loginWith(account), "account_disabled", {
        reason: "Threw a pan",
        until: until.toISOString(),
      });
      await studio.ban(user.id, { reason: "Threw another" });
      expectError(await loginWith(account), "account_disabled", { reason: "Threw another", until: null });
    });

    test("S35 has no use for any token, and none of their sessions is ended", async () => {
      const session = await signIn(at.server);
      await studio.ban(session.user.id);
      expectError(await refresh(at.server, session), "invalid_grant");
      expectError(await me(session), "invalid_token");
      const { rows } = await at.server.database.pool.query(
        "SELECT revoked_at FROM refresh_tokens WHERE user_id = $1",
        [session.user.id],
      );
      expect(rows).toEqual([{ revoked_at: null }]);
    });

    test("goes on where they were when the ban has run out, on every device", async () => {
      const account = freshAccount();
      const [phone, tablet] = [await signIn(at.server, { account }), await signIn(at.server, { account })];
      await studio.ban(phone.user.id, { until: inDays(2) });
      at.server.clock.advance(DAY);
      expectError(await refresh(at.server, phone), "invalid_grant");
      expectError(await loginWith(account), "account_disabled", {
        reason: "Cheating",
        until: expect.any(String),
      });
      at.server.clock.advance(DAY + 1);
      for (const device of [phone, tablet])
        expect((await me(await refreshed(at.server, device))).body.user.id).toBe(phone.user.id);
      expect((await loginWith(account)).body.user.id).toBe(phone.user.id);
      expect((await studio.describe(phone.user.id)).player.ban).toBeNull();
    });

    test.each(["an unban", "an undo"])("goes on after %s", async (what) => {
      const account = freshAccount();
      const session = await signIn(at.server, { account });
      const change = await studio.ban(session.user.id);
      await (what === "an undo" ? studio.undo(change) : studio.unban(session.user.id));
      const on = await refreshed(at.server, session);
      expect((await me(on)).status).toBe(200);
      expect((await loginWith(account)).status).toBe(200);
    });

    test("does not end a session by a token that is replayed meanwhile, once more than the rules say", async () => {
      const first = await signIn(at.server);
      const second = await refreshed(at.server, first);
      await studio.ban(first.user.id, { until: inDays(1) });
      for (let n = 0; n < 3; n++) expectError(await refresh(at.server, second), "invalid_grant");
      at.server.clock.advance(DAY + 1);
      expect((await refresh(at.server, second)).status).toBe(200);
    });

    test("is not merged with anybody, by nobody", async () => {
      const { mine, theirs, ticket } = await linkingAt(at.server).conflict();
      await studio.ban(theirs.user.id, { until: inDays(3) });
      expectError(await linkingAt(at.server).resolve(mine, ticket, "mine"), "account_disabled", {
        reason: "Cheating",
        until: expect.any(String),
      });
      for (const [kept, givenUp] of [
        [mine, theirs],
        [theirs, mine],
      ] as const)
        expect(await rejection(studio.merge(kept.user.id, givenUp.user.id))).toMatchObject({
          code: "user_banned",
          fields: { reason: "Cheating", until: expect.any(String) },
        });
    });

    test("is told of it among what happened to them, once they are back", async () => {
      const session = await signIn(at.server);
      const until = inDays(1);
      await studio.ban(session.user.id, { reason: "Burnt the soup", until });
      await studio.unban(session.user.id);
      const { events } = JSON.parse((await get(at.server, "/api/me/events", bearer(session))).text);
      expect(events.slice(0, 2)).toMatchObject([
        { action: "unban", by: "studio", before: { reason: "Burnt the soup" } },
        { action: "ban", by: "studio", reason: "Burnt the soup", before: null },
      ]);
      expect(new Date(events[1].after.until)).toEqual(until);
    });
  });

  describe("Leaving and coming back evades nothing:", () => {
    test("not with the account that was banned", async () => {
      const account = freshAccount();
      const { user } = await signIn(at.server, { account });
      await studio.ban(user.id, { reason: "Cheating", until: inDays(30) });
      await leave(user.id);
      expectError(await loginWith(account), "account_disabled", {
        reason: "Cheating",
        until: expect.any(String),
      });
      const { rows } = await at.server.database.pool.query("SELECT FROM users WHERE id >= $1", [user.id]);
      expect(rows).toHaveLength(0);
    });

    test("not with another account of the same player, a guest's key for one", async () => {
      const key = newGuestKey();
      const session = await signIn(at.server);
      await linkingAt(at.server).link(session, { provider: "guest", guest_key: key });
      await studio.ban(session.user.id);
      await leave(session.user.id);
      expectError(await loginAsGuest(key), "account_disabled", { reason: "Cheating", until: null });
    });

    test("not by adding the account to another player", async () => {
      const account = freshAccount();
      const { user } = await signIn(at.server, { account });
      await studio.ban(user.id);
      const other = await playAsGuest(at.server);
      const refusal = { reason: "Cheating", until: null };
      expectError(await linkingAt(at.server).linkGoogle(other, account), "account_disabled", refusal);
      await leave(user.id);
      expectError(await linkingAt(at.server).linkGoogle(other, account), "account_disabled", refusal);
      expect((await linkingAt(at.server).me(other)).providers).toEqual(["guest"]);
    });

    test("not with an account that the player took away shortly before", async () => {
      const account = freshAccount();
      const session = await signIn(at.server, { account });
      await linkingAt(at.server).link(session, { provider: "guest", guest_key: newGuestKey() });
      await linkingAt(at.server).unlink(session, "google");
      await studio.ban(session.user.id);
      expectError(await loginWith(account), "account_disabled", { reason: "Cheating", until: null });
    });

    test("not with an account of a player who was merged into the banned one", async () => {
      const { key, mine, theirs, ticket } = await linkingAt(at.server).conflict();
      await linkingAt(at.server).resolve(mine, ticket, "theirs");
      await studio.ban(theirs.user.id);
      await leave(theirs.user.id);
      expectError(await loginAsGuest(key), "account_disabled", { reason: "Cheating", until: null });
    });

    test.each([
      ["when the ban has run out", async () => at.server.clock.advance(2 * DAY)],
      ["after an unban", (id: number) => studio.unban(id)],
      ["after an undo", (_: number, change: string) => studio.undo(change)],
    ] as const)("only %s", async (_, end) => {
      const account = freshAccount();
      const { user } = await signIn(at.server, { account });
      const change = await studio.ban(user.id, { until: inDays(1) });
      await (end as (id: number, change: string) => unknown)(user.id, change);
      await leave(user.id);
      expect((await loginWith(account)).status).toBe(200);
    });
  });

  test("what is kept of a banned account names it to nobody, and goes once the ban is long over", async () => {
    const account = freshAccount();
    const sub = String(Date.now());
    const { user } = await signIn(at.server, { account, sub });
    await studio.ban(user.id, { until: inDays(1) });
    const { pool } = at.server.database;
    const { rows } = await pool.query("SELECT * FROM banned_identities WHERE user_id = $1", [user.id]);
    expect(rows).toEqual([
      {
        hash: expect.any(Buffer),
        user_id: user.id,
        until: expect.any(Date),
        reason: "Cheating",
        created_at: expect.any(Date),
      },
    ]);
    expect(rows[0].hash).toHaveLength(32);
    const { stores } = studio;
    expect(await stores.bans.deleteOld(30 * DAY, 100)).toBe(0);
    at.server.clock.advance(32 * DAY);
    await stores.bans.deleteOld(30 * DAY, 100);
    expect((await pool.query("SELECT FROM banned_identities WHERE user_id = $1", [user.id])).rows).toEqual(
      [],
    );
  });

  test.each([
    [{ reason: "" }, "reason"],
    [{ reason: "x".repeat(501) }, "reason"],
    [{ until: new Date(0) }, "until"],
    [{ until: new Date(Number.NaN) }, "until"],
  ])("%j is refused, and bans nobody", async (given, path) => {
    const session = await signIn(at.server);
    expect(await rejection(studio.ban(session.user.id, given))).toMatchObject({
      code: "validation_failed",
      fields: { fields: [{ path }] },
    });
    expect((await me(session)).status).toBe(200);
  });

  test("nobody bans whom there is not, or who was merged into another", async () => {
    expect(await rejection(studio.ban(2_000_000_000))).toMatchObject({ code: "not_found" });
    const { mine, theirs, ticket } = await linkingAt(at.server).conflict();
    await linkingAt(at.server).resolve(mine, ticket, "mine");
    expect(await rejection(studio.ban(theirs.user.id))).toMatchObject({
      code: "not_found",
      message: `Player ${theirs.user.id} was merged into player ${mine.user.id}.`,
    });
  });

  test("ten bans and unbans at once leave one state, and each change that was made is noted", async () => {
    const session = await signIn(at.server);
    const { id } = session.user;
    await Promise.all(Array.from({ length: 10 }, (_, n) => (n % 2 ? studio.unban(id) : studio.ban(id))));
    const { player, changes } = await studio.describe(id);
    const [last] = changes;
    expect(player.ban === null).toBe(last!.kind === "unban");
    const { rows } = await at.server.database.pool.query("SELECT FROM banned_identities WHERE user_id = $1", [
      id,
    ]);
    expect(rows).toHaveLength(player.ban === null ? 0 : 1);
    expect(changes.filter(({ kind }) => kind === "ban")).toHaveLength(5);
  });

  test("a renamed player keeps their sessions, and the audit says who did it", async () => {
    const session = await signIn(at.server);
    const name = freshName();
    const { changeId } = await studio.rename(session.user.id, name);
    expect((await me(await refreshed(at.server, session))).body.user.name).toBe(name);
    expect(decodeJwt(session.access_token).roles).toBeUndefined();
    const { events } = await studio.describe(session.user.id);
    expect(events[0]).toMatchObject({
      id: changeId,
      action: "rename",
      by: { kind: "operator", id: "ops" },
      before: { name: session.user.name },
      after: { name },
    });
  });
});
