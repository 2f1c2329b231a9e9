import { describe, expect, test } from "bun:test";
import type { SessionAnswer } from "../../src/session/model";
import { cleanUpAt } from "../support/clean-up";
import { newGuestKey, playAsGuest } from "../support/guests";
import { leavingAt } from "../support/leaving";
import { linkingAt } from "../support/linking";
import { tokensOf, withClients } from "../support/oauth";
import { freshAccount, refresh, refreshed, signIn } from "../support/players";
import { bearer, expectError, get, post, send } from "../support/requests";
import { rowsOf } from "../support/rows";
import { sessionIdOf } from "../support/session-row";
import { onEachDatabase } from "../support/suite";

const DAY = 86_400;

onEachDatabase(
  (at) => {
    const calls = () => leavingAt(at.server);
    const idOf = ({ user }: SessionAnswer) => user.id;
    const pool = () => at.server.database.pool;

    describe("Whoever signs in before the time is over is back", () => {
      test("and is told so, once", async () => {
        const account = freshAccount();
        const session = await signIn(at.server, { account });
        await calls().left(session);
        const back = await signIn(at.server, { account });
        expect([idOf(back), back.restored]).toEqual([idOf(session), true]);
        expect((await signIn(at.server, { account })).restored).toBeUndefined();
        expect((await refreshed(at.server, back)).restored).toBeUndefined();
        expect(
          (await calls().events(back)).map(({ action }) => action).filter((a) => a !== "new_device"),
        ).toEqual(["restore", "delete"]);
        await calls().purge();
        expect(await calls().row(session)).toMatchObject({ name: session.user.name, purged_at: null });
      });

      test("as a guest", async () => {
        const key = newGuestKey();
        const guest = await playAsGuest(at.server, key);
        await calls().left(guest);
        expect(await playAsGuest(at.server, key)).toMatchObject({
          restored: true,
          user: { id: idOf(guest) },
        });
      });

      test("by a code that was made for a new device", async () => {
        const guest = await playAsGuest(at.server);
        const { body } = await send(at.server, "/api/transfer_code", {
          method: "POST",
          headers: bearer(guest),
        });
        await calls().left(guest);
        const back = await post(at.server, "/api/login", { transfer_code: body.transfer_code });
        expect(back.body).toMatchObject({ restored: true, user: { id: idOf(guest) } });
      });

      test("through any OAuth library", async () => {
        const account = freshAccount();
        const session = await signIn(at.server, { account });
        await calls().left(session);
        const { access_token } = await tokensOf(at.server, {}, account);
        expect((await get(at.server, "/api/me", bearer(access_token))).body.user.id).toBe(idOf(session));
        expect((await calls().row(session)).deletes_at).toBeNull();
      });

      test("every row as it was before, and the devices that were signed in go on", async () => {
        const account = freshAccount();
        const [phone, tablet] = [await signIn(at.server, { account }), await signIn(at.server, { account })];
        await post(at.server, "/api/logout", {
          refresh_token: (await signIn(at.server, { account })).refresh_token,
        });
        const before = await rowsOf(at.server.database, idOf(phone));
        await calls().left(phone);
        const back = await signIn(at.server, { account });
        const after = await rowsOf(at.server.database, idOf(phone));
        const others = (rows: object[] = []) =>
          rows.filter((row) => "id" in row && row.id !== sessionIdOf(back));
        const timeless = (rows: object[] = []) => rows.map((row) => ({ ...row, last_login: null }));
        const comparable = ({ users, sessions, ...rest }: typeof before) => [
          timeless(users),
          others(sessions),
          rest,
        ];
        expect(comparable(after)).toEqual(comparable(before));
        for (const session of [phone, tablet]) await refreshed(at.server, session);
      });

      test("a moment before it is over, and not a moment after", async () => {
        const [early, late] = [freshAccount(), freshAccount()];
        const sessions = [
          await signIn(at.server, { account: early }),
          await signIn(at.server, { account: late }),
        ];
        for (const session of sessions) await calls().left(session);
        at.server.clock.advance(14 * DAY - 60);
        await cleanUpAt(at.server);
        expect((await signIn(at.server, { account: early })).user.id).toBe(idOf(sessions[0]!));
        at.server.clock.advance(61);
        await cleanUpAt(at.server);
        const newcomer = await signIn(at.server, { account: late });
        expect(newcomer.user.id).not.toBe(idOf(sessions[1]!));
        expect(newcomer.restored).toBeUndefined();
      });

      test("of many at once each gets in, and it stands there once", async () => {
        const account = freshAccount();
        const session = await signIn(at.server, { account });
        await calls().left(session);
        const all = await Promise.all(Array.from({ length: 8 }, () => signIn(at.server, { account })));
        expect(all.map(idOf)).toEqual(Array(8).fill(idOf(session)));
        expect(all.filter(({ restored }) => restored)).toHaveLength(1);
        expect((await calls().events(all[0]!)).filter(({ action }) => action === "restore")).toHaveLength(1);
        for (const each of all) await refreshed(at.server, each);
      });
    });

    describe("The session that left", () => {
      test("takes it back by itself, goes on as it was, and may ask again", async () => {
        const session = await signIn(at.server);
        await calls().left(session);
        const first = await calls().restore(session);
        expect([first.status, first.body.user, first.body.refresh_token]).toEqual([
          200,
          session.user,
          session.refresh_token,
        ]);
        expect((await calls().restore(session)).status).toBe(200);
        await refreshed(at.server, session);
        expect((await calls().events(first.body)).filter(({ action }) => action === "restore")).toHaveLength(
          1,
        );
      });

      test("does so for as long as its access token is good", async () => {
        const account = freshAccount();
        const session = await signIn(at.server, { account });
        await calls().left(session);
        at.server.clock.advance(3_601);
        expectError(await calls().restore(session), "invalid_token");
        expect((await signIn(at.server, { account })).restored).toBe(true);
      });

      test("is the only one of the player's that does", async () => {
        const account = freshAccount();
        const [phone, tablet] = [await signIn(at.server, { account }), await signIn(at.server, { account })];
        await calls().left(phone);
        expectError(await calls().restore(tablet), "invalid_token");
        expect((await calls().row(phone)).deletes_at).not.toBeNull();
      });
    });

    test("a second leaving can be taken back as the first", async () => {
      const account = freshAccount();
      const session = await signIn(at.server, { account });
      for (let round = 0; round < 2; round++) {
        await calls().left(await signIn(at.server, { account }));
        expect((await signIn(at.server, { account })).restored).toBe(true);
        await refreshed(at.server, session);
      }
    });

    describe("Who signs in at a server of the release before, which knows nothing of leaving,", () => {
      /** As that one does it: one statement, which asks for a ban and a merge alone. */
      const signInThere = async (userId: number, isSignedOutAgain: boolean) => {
        await pool().query(
          `WITH u AS (
             UPDATE users SET last_login = $2 WHERE id = $1 AND banned_at IS NULL AND merged_into IS NULL RETURNING id
           )
           INSERT INTO refresh_tokens (id, user_id, created_at, rotated_at, revoked_at)
           SELECT $3, u.id, $2, $2, CASE WHEN $4 THEN $2::timestamptz END FROM u`,
          [userId, at.server.clock.now(), Bun.randomUUIDv7(), isSignedOutAgain],
        );
      };

      test.each([true, false])(
        "is back with the next clean-up; signed out again: %p",
        async (isSignedOutAgain) => {
          const account = freshAccount();
          const session = await signIn(at.server, { account });
          await calls().left(session);
          at.server.clock.advance(DAY);
          await signInThere(idOf(session), isSignedOutAgain);
          await cleanUpAt(at.server);
          expect(await calls().row(session)).toMatchObject({ deletes_at: null, deleted_at: null });
          await calls().purge();
          expect(idOf(await signIn(at.server, { account }))).toBe(idOf(session));
        },
      );

      test("is not taken for a newcomer when the time was over", async () => {
        const session = await signIn(at.server);
        await calls().left(session);
        at.server.clock.advance(15 * DAY);
        await signInThere(idOf(session), false);
        await cleanUpAt(at.server);
        expect(await calls().row(session)).toMatchObject({ deletes_at: null, name: session.user.name });
      });
    });

    describe("Two players of whom one has left", () => {
      test.each(["mine", "theirs"] as const)("become one who is there, keeping %s", async (keep) => {
        const { account, key, mine, theirs, ticket } = await linkingAt(at.server).conflict();
        await calls().left(theirs);
        const { status, body } = await linkingAt(at.server).resolve(mine, ticket, keep);
        expect(status).toBe(200);
        const kept = keep === "mine" ? mine : theirs;
        expect(body.user.id).toBe(idOf(kept));
        await calls().purge();
        expect(idOf(await signIn(at.server, { account }))).toBe(idOf(kept));
        expect(idOf(await playAsGuest(at.server, key))).toBe(idOf(kept));
        expect((await calls().row(kept)).purged_at).toBeNull();
      });
    });

    test("who is banned while they are away does not come back, and is forgotten all the same", async () => {
      const account = freshAccount();
      const session = await signIn(at.server, { account });
      await calls().left(session);
      await pool().query("UPDATE users SET banned_at = now() WHERE id = $1", [idOf(session)]);
      expectError(await calls().restore(session), "invalid_token");
      const { body } = await linkingAt(at.server).linkGoogle(await playAsGuest(at.server), account);
      expect(body.code).toBe("account_disabled");
      await calls().purge();
      expect((await calls().row(session)).purged_at).not.toBeNull();
    });

    test("a device that was signed out before stays so", async () => {
      const account = freshAccount();
      const [gone, session] = [await signIn(at.server, { account }), await signIn(at.server, { account })];
      await post(at.server, "/api/logout", { refresh_token: gone.refresh_token });
      await calls().left(session);
      await signIn(at.server, { account });
      expectError(await refresh(at.server, gone), "invalid_grant");
    });
  },
  { adjust: withClients },
);
