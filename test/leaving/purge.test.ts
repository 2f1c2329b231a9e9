import { afterEach, describe, expect, test } from "bun:test";
import { purgeLeavers } from "../../src/leaving/purge";
import type { SessionAnswer } from "../../src/session/model";
import { createStores, createTransact } from "../../src/stores";
import { cleanUpAt } from "../support/clean-up";
import { newGuestKey, playAsGuest } from "../support/guests";
import { leavingAt } from "../support/leaving";
import { linkingAt } from "../support/linking";
import { FORUM, tokensOf, withClients } from "../support/oauth";
import { freshAccount, freshName, googleTokens, refresh, signIn } from "../support/players";
import { rejection } from "../support/rejection";
import { bearer, expectError, get, post, send } from "../support/requests";
import { onEachDatabase } from "../support/suite";
import { type Receiver, startReceiver } from "../support/webhook-receiver";
import { webhooksAt } from "../support/webhooks";

const DAY = 86_400;
const PNG =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

onEachDatabase(
  (at) => {
    const calls = () => leavingAt(at.server);
    const pool = () => at.server.database.pool;
    const idOf = ({ user }: SessionAnswer) => user.id;
    const rename = (session: SessionAnswer, new_username: string) =>
      post(at.server, "/api/update_username", { new_username }, bearer(session));

    /** Tables in whose rows some text stands, whatever the column. */
    const tablesWith = async (text: string): Promise<string[]> => {
      const { rows } = await pool().query(
        "SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema() AND tablename <> '_prisma_migrations'",
      );
      const found = [];
      for (const { name } of rows) {
        const hits = await pool().query(
          `SELECT FROM ${name} AS t WHERE position(lower($1) IN lower(to_jsonb(t)::text)) > 0`,
          [text],
        );
        if (hits.rows.length > 0) found.push(name);
      }
      return found;
    };

    /** A player who has used everything: names, a picture, devices, a forum, a second way in, a code for a new device. */
    const busyPlayer = async () => {
      const account = freshAccount();
      const { account: google } = await googleTokens(at.server, { account });
      const device = `device ${freshName()}`;
      const session = await signIn(at.server, { account }, { device });
      const [earlier, name] = [freshName(), freshName()];
      await rename(session, earlier);
      await rename(session, name);
      await post(at.server, "/api/update_picture", { new_picture: PNG }, bearer(session));
      await linkingAt(at.server).link(session, { provider: "guest", guest_key: newGuestKey() });
      await linkingAt(at.server).unlink(session, "guest");
      await tokensOf(at.server, { ...FORUM }, account);
      await send(at.server, "/api/transfer_code", { method: "POST", headers: bearer(session) });
      return { session, account, personal: [account, google.sub, device, earlier, name] };
    };

    test("nothing personal of the player is left in any table, and their id is", async () => {
      const { session, personal } = await busyPlayer();
      for (const text of personal) expect([text, await tablesWith(text)]).not.toEqual([text, []]);
      await calls().left(session);
      await calls().purge();
      for (const text of personal) expect([text, await tablesWith(text)]).toEqual([text, []]);
      expect(await calls().row(session)).toEqual({
        id: idOf(session),
        google_id: null,
        email: "",
        email_verified: false,
        name: "",
        name_folded: `:${idOf(session)}`,
        name_skeleton: `:${idOf(session)}`,
        renamed_at: null,
        roles: ["player"],
        picture: null,
        stars: 0,
        level: 1,
        providers: [],
        ban_reason: null,
        banned_at: expect.any(Date),
        banned_until: null,
        created_at: expect.any(Date),
        last_login: expect.any(Date),
        merged_into: null,
        merged_at: null,
        deleted_at: null,
        deletes_at: null,
        purged_at: expect.any(Date),
        terms_version: null,
        terms_accepted_at: null,
        age_band: null,
        guardian: null,
        guardian_consent_at: null,
      });
      const tables = ["identities", "refresh_tokens", "name_looks", "pictures", "consents"];
      for (const table of [...tables, "transfer_codes", "account_changes"]) {
        const { rows } = await pool().query(`SELECT FROM ${table} WHERE user_id = $1`, [idOf(session)]);
        expect([table, rows]).toEqual([table, []]);
      }
    });

    describe("What the studio's servers are told of the player", () => {
      const receivers: Receiver[] = [];
      const kit = () => webhooksAt(at.server);
      const receiver = (status = 204) => {
        const one = startReceiver(() => new Response(null, { status }));
        receivers.push(one);
        return one;
      };
      afterEach(async () => {
        for (const { stop } of receivers.splice(0)) stop();
        await (await kit()).reset();
      });

      test("keeps nothing personal once they are gone, whether it was sent or not", async () => {
        const { add, deliver, rows } = await kit();
        await add(receiver());
        await add(receiver(500));
        const { session, personal } = await busyPlayer();
        const other = await signIn(at.server);
        const otherName = freshName();
        await rename(other, otherName);
        await deliver();
        const mine = async () => (await rows()).filter(({ user_id }) => user_id === idOf(session));
        expect((await mine()).map(({ status }) => status)).toContain("delivered");
        expect((await mine()).map(({ status }) => status)).toContain("pending");
        expect(await tablesWith(personal.at(-1) as string)).toContain("webhook_deliveries");
        const types = (await mine()).map(({ type }) => type);
        await calls().left(session);
        await calls().purge();
        for (const text of personal) expect([text, await tablesWith(text)]).toEqual([text, []]);
        const left = await mine();
        expect(left.map(({ type }) => type).slice(0, types.length)).toEqual(types);
        for (const { data } of left)
          expect(data).toEqual({
            player: { id: idOf(session), name: null },
            by: expect.any(String),
            before: null,
            after: null,
            reason: null,
          });
        expect(await tablesWith(otherName)).toContain("webhook_deliveries");
      });

      test("is sent without a name where it was not sent before", async () => {
        const { add, deliver } = await kit();
        const hook = receiver(500);
        await add(hook, "player.renamed", "player.purged");
        const session = await signIn(at.server);
        await rename(session, freshName());
        await deliver();
        await calls().left(session);
        await calls().purge();
        hook.received.splice(0);
        hook.answerWith(() => new Response(null, { status: 204 }));
        await deliver();
        const nobody = { player: { id: idOf(session), name: null }, before: null, after: null, reason: null };
        expect(hook.taken().map(({ body }) => [body.type, body.data] as [string, object])).toEqual([
          ["player.renamed", { ...nobody, by: "player" }],
          ["player.purged", { ...nobody, by: "system" }],
        ]);
      });

      test("nor of a guest who never came back, and the audit keeps what was done to them alone", async () => {
        const { add, deliver } = await kit();
        const hook = receiver();
        await add(hook);
        const guest = await playAsGuest(at.server);
        const name = freshName();
        await rename(guest, name);
        await deliver();
        at.server.clock.advance(91 * DAY);
        await pool().query("UPDATE webhook_deliveries SET created_at = created_at + interval '91 days'");
        await pool().query("UPDATE users SET created_at = created_at + interval '91 days' WHERE id = $1", [
          idOf(guest),
        ]);
        await cleanUpAt(at.server);
        await deliver();
        for (const text of [name, guest.user.name])
          expect([text, await tablesWith(text)]).toEqual([text, []]);
        expect(hook.taken().at(-1)?.body).toMatchObject({
          type: "player.purged",
          data: { player: { id: idOf(guest), name: null }, by: "system" },
        });
        const { rows } = await pool().query(
          "SELECT action, before, after FROM audit_events WHERE user_id = $1",
          [idOf(guest)],
        );
        expect(rows).toEqual([{ action: "rename", before: null, after: null }]);
      });
    });

    test("what was done stays, without what it was about, and the purge itself once", async () => {
      const { session } = await busyPlayer();
      await calls().left(session);
      await calls().purge();
      await calls().purge();
      const { rows } = await pool().query(
        "SELECT action, actor_kind, before, after, reason FROM audit_events WHERE user_id = $1 ORDER BY id",
        [idOf(session)],
      );
      const empty = { before: null, after: null, reason: null };
      expect(rows).toEqual([
        ...["rename", "rename", "link", "unlink", "delete"].map((action) => ({
          action,
          actor_kind: "player",
          ...empty,
        })),
        { action: "purge", actor_kind: "system", ...empty },
      ]);
    });

    test("a game's own table that names the player's id goes on as it was", async () => {
      const session = await signIn(at.server);
      await pool().query(
        `CREATE TABLE IF NOT EXISTS game_recipes (id serial PRIMARY KEY, cook int NOT NULL REFERENCES users (id), dish text)`,
      );
      await pool().query("INSERT INTO game_recipes (cook, dish) VALUES ($1, 'soup')", [idOf(session)]);
      await calls().left(session);
      await calls().purge();
      expect((await calls().row(session)).purged_at).not.toBeNull();
      await pool().query("INSERT INTO game_recipes (cook, dish) VALUES ($1, 'stew')", [idOf(session)]);
      const { rows } = await pool().query(
        "SELECT dish, u.name FROM game_recipes JOIN users AS u ON u.id = cook WHERE cook = $1 ORDER BY dish",
        [idOf(session)],
      );
      await pool().query("DROP TABLE game_recipes");
      expect(rows).toEqual([
        { dish: "soup", name: "" },
        { dish: "stew", name: "" },
      ]);
    });

    test("the names are anybody's at once, and what looks like them", async () => {
      const session = await signIn(at.server);
      const stem = freshName(8);
      await rename(session, `${stem}i`);
      await rename(session, freshName());
      const last = (await get(at.server, "/api/me", bearer(session))).body.user.name;
      await calls().left(session);
      const other = await signIn(at.server);
      expectError(await rename(other, last), "username_taken");
      await calls().purge();
      const later = await signIn(at.server);
      expect((await rename(later, `${stem.toUpperCase()}l`)).status).toBe(200);
      expect((await rename(later, last)).status).toBe(200);
    });

    test("whoever comes with the same account is a new player, and two who left keep apart", async () => {
      const accounts = [freshAccount(), freshAccount()];
      const sessions = await Promise.all(accounts.map((account) => signIn(at.server, { account })));
      for (const session of sessions) await calls().left(session);
      await calls().purge();
      for (const [index, account] of accounts.entries()) {
        const newcomer = await signIn(at.server, { account });
        expect(idOf(newcomer)).not.toBe(idOf(sessions[index]!));
        expect([newcomer.user.stars, newcomer.restored]).toEqual([0, undefined]);
        expectError(await refresh(at.server, sessions[index]!), "invalid_grant");
      }
    });

    test("players who were merged into the one who leaves go with them", async () => {
      const { mine, theirs, ticket, account } = await linkingAt(at.server).conflict();
      const [myName, theirName] = [freshName(), freshName()];
      await rename(mine, myName);
      await rename(theirs, theirName);
      await linkingAt(at.server).resolve(mine, ticket, "mine");
      for (const text of [account, myName, theirName])
        expect([text, await tablesWith(text)]).not.toEqual([text, []]);
      await calls().left(mine);
      await calls().purge();
      for (const session of [mine, theirs])
        expect(await calls().row(session)).toMatchObject({
          name: "",
          email: "",
          purged_at: expect.any(Date),
        });
      expect((await calls().row(theirs)).merged_into).toBe(idOf(mine));
      for (const text of [account, myName, theirName])
        expect([text, await tablesWith(text)]).toEqual([text, []]);
    });

    test("a merge that was taken back leaves nothing of the one who leaves with the other", async () => {
      const { mine, theirs, ticket, account } = await linkingAt(at.server).conflict();
      const { body: kept } = await linkingAt(at.server).resolve(mine, ticket, "mine");
      const [merge] = await linkingAt(at.server).changes(kept);
      await linkingAt(at.server).undo(kept, merge!.id);
      await calls().left(await signIn(at.server, { account }));
      expect(await tablesWith(account)).toContain("account_changes");
      await calls().purge();
      expect(await tablesWith(account)).toEqual([]);
      expect(await calls().row(theirs)).toMatchObject({ purged_at: expect.any(Date) });
      expect(await calls().row(mine)).toMatchObject({ purged_at: null, name: mine.user.name });
    });

    test("nobody else loses anything, and nothing happens before the time", async () => {
      const [leaver, other] = [await signIn(at.server), (await busyPlayer()).session];
      await calls().left(leaver);
      at.server.clock.advance(14 * DAY - 60);
      await cleanUpAt(at.server);
      expect(await calls().row(leaver)).toMatchObject({ name: leaver.user.name, purged_at: null });
      const before = await calls().row(other);
      await calls().purge();
      expect(await calls().row(other)).toEqual(before);
    });

    test("many at once go in batches", async () => {
      const { database, clock, config } = at.server;
      await pool().query(
        `INSERT INTO users (name, name_folded, name_skeleton, last_login, deleted_at, deletes_at)
         SELECT 'leaver ' || n, 'leaver ' || n, 'leaver ' || n, $1, $1, $1 FROM generate_series(1, 7) AS n`,
        [clock.now()],
      );
      clock.advance(1);
      const { users } = createStores(database, clock, config);
      const transact = createTransact(database, clock, config);
      const batches = [];
      for (let round = 0; round < 4; round++) batches.push(await purgeLeavers({ clock, transact, users }, 3));
      expect(batches).toEqual([3, 3, 1, 0]);
      const { rows } = await pool().query("SELECT FROM users WHERE name LIKE 'leaver %'");
      expect(rows).toEqual([]);
    });

    test("one who cannot be forgotten keeps nobody else from it, and is told of", async () => {
      const { database, clock, config } = at.server;
      const [stuck, other] = [await signIn(at.server), await signIn(at.server)];
      for (const session of [stuck, other]) await calls().left(session);
      await pool().query(
        `CREATE FUNCTION stuck() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
           IF NEW.id = ${idOf(stuck)} THEN RAISE EXCEPTION 'stuck'; END IF; RETURN NEW; END $$`,
      );
      await pool().query(
        "CREATE TRIGGER stuck BEFORE UPDATE OF purged_at ON users FOR EACH ROW EXECUTE FUNCTION stuck()",
      );
      clock.advance(14 * DAY + 1);
      const { users } = createStores(database, clock, config);
      const transact = createTransact(database, clock, config);
      expect(await rejection(purgeLeavers({ clock, transact, users }, 500))).toBeInstanceOf(AggregateError);
      await pool().query("DROP TRIGGER stuck ON users");
      await pool().query("DROP FUNCTION stuck");
      expect((await calls().row(other)).purged_at).not.toBeNull();
      expect(await calls().row(stuck)).toMatchObject({ name: stuck.user.name, purged_at: null });
      await cleanUpAt(at.server);
      expect((await calls().row(stuck)).purged_at).not.toBeNull();
    });

    test("a guest who leaves has the same time as everybody, however long they were away", async () => {
      const key = newGuestKey();
      const guest = await playAsGuest(at.server, key);
      await calls().left(guest);
      await pool().query("UPDATE users SET last_login = $2 WHERE id = $1", [
        idOf(guest),
        new Date(at.server.clock.now().getTime() - 100 * DAY * 1_000),
      ]);
      await pool().query("UPDATE identities SET last_used_at = $2 WHERE user_id = $1", [
        idOf(guest),
        new Date(at.server.clock.now().getTime() - 100 * DAY * 1_000),
      ]);
      await cleanUpAt(at.server);
      expect((await playAsGuest(at.server, key)).user.id).toBe(idOf(guest));
    });

    describe("A sign-in in the very moment of the purge", () => {
      test("is the player's, or a newcomer's, and nobody is let into a tombstone", async () => {
        for (let round = 0; round < 6; round++) {
          const account = freshAccount();
          const session = await signIn(at.server, { account });
          await calls().left(session);
          at.server.clock.advance(14 * DAY + 1);
          const { access_token } = await googleTokens(at.server, { account });
          const [, answer] = await Promise.all([
            cleanUpAt(at.server),
            post(at.server, "/api/login", { access_token }),
          ]);
          expect(answer.status).toBe(200);
          const { purged_at, email } = await calls().row(session);
          if (answer.body.user.id === idOf(session)) expect(purged_at).toBeNull();
          else expect([purged_at, email]).toEqual([expect.any(Date), ""]);
          await cleanUpAt(at.server);
          expect((await refresh(at.server, answer.body)).body.user?.id).toBe(answer.body.user.id);
        }
      });
    });
  },
  { adjust: withClients },
);
