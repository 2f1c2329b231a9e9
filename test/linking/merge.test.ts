import { expect, test } from "bun:test";
import { cleanUp } from "../../src/host/clean-up";
import type { SessionAnswer } from "../../src/session/model";
import { createStores } from "../../src/stores";
import { newGuestKey, playAsGuest } from "../support/guests";
import { linkingAt } from "../support/linking";
import { freshAccount, refresh, refreshed, signIn } from "../support/players";
import { bearer, expectError, expectInvalid, get, post } from "../support/requests";
import { rowsOf } from "../support/rows";
import { onEachDatabase } from "../support/suite";

onEachDatabase((at) => {
  const calls = () => linkingAt(at.server);
  const conflict = () => calls().conflict();

  const idOf = ({ user }: SessionAnswer) => user.id;

  test("who keeps their own player gets the account, and of each figure the higher", async () => {
    const { resolve } = calls();
    const { account, key, mine, theirs, ticket } = await conflict();
    const { status, body } = await resolve(mine, ticket, "mine");
    expect(status).toBe(200);
    expect(body.user).toMatchObject({
      id: idOf(mine),
      name: mine.user.name,
      stars: 9,
      level: 4,
      guest: false,
      providers: ["google", "guest"],
      email: account,
    });
    expect(body.refresh_token).toBe(mine.refresh_token);
    for (const session of [await signIn(at.server, { account }), await playAsGuest(at.server, key)])
      expect(idOf(session)).toBe(idOf(mine));
    expectError(await refresh(at.server, theirs), "invalid_grant");
  });

  test("who keeps the other player goes on as that one on this device", async () => {
    const { resolve } = calls();
    const { account, key, mine, theirs, ticket } = await conflict();
    const elsewhere = await playAsGuest(at.server, key);
    const { status, body } = await resolve(mine, ticket, "theirs");
    expect(status).toBe(200);
    expect(body.user).toMatchObject({ id: idOf(theirs), name: theirs.user.name, stars: 9, level: 4 });
    expect((await get(at.server, "/api/me", bearer(body))).body.user.id).toBe(idOf(theirs));
    expect(idOf(await refreshed(at.server, body))).toBe(idOf(theirs));
    expect(idOf(await refreshed(at.server, theirs))).toBe(idOf(theirs));
    expectError(await refresh(at.server, elsewhere), "invalid_grant");
    expect(idOf(await playAsGuest(at.server, key))).toBe(idOf(theirs));
    expect(idOf(await signIn(at.server, { account }))).toBe(idOf(theirs));
  });

  test.each(["mine", "theirs"] as const)(
    "an answer that was lost is asked for again, keeping %s",
    async (keep) => {
      const { changes, resolve } = calls();
      const { mine, ticket } = await conflict();
      const kept = await resolve(mine, ticket, keep);
      // The access token of the one given up is worth nothing; the device's refresh token is.
      const again = await resolve(await refreshed(at.server, mine), ticket, keep);
      expect([again.status, again.body.user]).toEqual([200, kept.body.user]);
      expect(await changes(again.body)).toHaveLength(1);
    },
  );

  test("the id of the player given up goes on meaning the one who was kept, also when that one is given up", async () => {
    const { linkGoogle, resolve } = calls();
    const { mine, theirs, ticket } = await conflict();
    await resolve(mine, ticket, "mine");
    const account = freshAccount();
    const third = await signIn(at.server, { account });
    const second = await linkGoogle(mine, account);
    await resolve(mine, second.body.ticket, "theirs");
    const { rows } = await at.server.database.pool.query(
      "SELECT id, coalesce(merged_into, id) AS now FROM users WHERE id = ANY($1) ORDER BY id",
      [[idOf(theirs), idOf(mine), idOf(third)]],
    );
    expect(rows.map(({ now }) => now)).toEqual(Array(3).fill(idOf(third)));
  });

  test("the name of the player given up stays theirs", async () => {
    const { resolve } = calls();
    const { mine, theirs, ticket } = await conflict();
    const before = await rowsOf(at.server.database, idOf(theirs));
    await resolve(mine, ticket, "mine");
    expect((await rowsOf(at.server.database, idOf(theirs))).looks).toEqual(before.looks!);
  });

  test("the name of the player given up is free half a year later, and nothing else of them is left", async () => {
    const { resolve } = calls();
    const { mine, theirs, ticket } = await conflict();
    await resolve(mine, ticket, "mine");
    const { config, database, clock } = at.server;
    const claim = async () =>
      post(
        at.server,
        "/api/update_username",
        { new_username: theirs.user.name },
        bearer(await playAsGuest(at.server)),
      );
    const tidy = () => cleanUp(createStores(database, clock, config), config);
    for (const days of [29, 60, 60, 29]) {
      clock.advance(days * 86_400);
      await tidy();
      expectError(await claim(), "username_taken");
    }
    clock.advance(3 * 86_400);
    await tidy();
    expect((await claim()).status).toBe(200);
    const { rows } = await database.pool.query(
      "SELECT name, email, picture, merged_into FROM users WHERE id = $1",
      [idOf(theirs)],
    );
    expect(rows).toEqual([{ name: "", email: "", picture: null, merged_into: idOf(mine) }]);
  });

  test("a ticket is good for the player who got it, for ten minutes, and for nothing else", async () => {
    const { resolve } = calls();
    const { mine, theirs, ticket } = await conflict();
    expectError(await resolve(theirs, ticket, "mine"), "authorization_expired");
    expectError(await resolve(await playAsGuest(at.server), ticket, "theirs"), "authorization_expired");
    expectError(await resolve(mine, `${ticket.slice(0, -2)}xx`, "mine"), "authorization_expired");
    expectInvalid(await resolve(mine, ticket, "both" as "mine"), "keep");
    at.server.clock.advance(601);
    expectError(await resolve(mine, ticket, "mine"), "authorization_expired");
  });

  test("a choice that is left out is none", async () => {
    const { mine, ticket } = await conflict();
    expectInvalid(await post(at.server, "/api/identities/resolve", { ticket }, bearer(mine)), "keep");
  });

  test("a ticket is worth nothing once the account is nobody's, or a third player's", async () => {
    const { linkGoogle, resolve, unlink, link } = calls();
    const { account, mine, theirs, ticket } = await conflict();
    await link(theirs, { provider: "guest", guest_key: newGuestKey() });
    await unlink(theirs, "google");
    expectError(await resolve(mine, ticket, "mine"), "authorization_expired");
    await linkGoogle(await playAsGuest(at.server), account);
    expectError(await resolve(mine, ticket, "theirs"), "authorization_expired");
  });

  test("banned players are not merged", async () => {
    const { resolve } = calls();
    const { mine, theirs, ticket } = await conflict();
    await at.server.database.pool.query("UPDATE users SET banned_at = now() WHERE id = $1", [idOf(theirs)]);
    expectError(await resolve(mine, ticket, "mine"), "account_disabled");
  });

  test("two who keep different players at once become one", async () => {
    const { linkGoogle, resolve } = calls();
    for (let round = 0; round < 5; round++) {
      const { account, key, mine, theirs, ticket } = await conflict();
      const other = await playAsGuest(at.server, key);
      const { body } = await linkGoogle(other, account);
      const answers = await Promise.all([
        resolve(mine, ticket, "mine"),
        resolve(other, body.ticket, "theirs"),
      ]);
      expect(answers.some(({ status }) => status === 200)).toBe(true);
      const players = new Set([
        idOf(await playAsGuest(at.server, key)),
        idOf(await signIn(at.server, { account })),
      ]);
      expect(players.size).toBe(1);
      expect([idOf(mine), idOf(theirs)]).toContain([...players][0]!);
    }
  });

  test("whoever signs in while two players become one is the one who was kept", async () => {
    const { resolve } = calls();
    for (let round = 0; round < 5; round++) {
      const { account, mine, ticket } = await conflict();
      const [, ...sessions] = await Promise.all([
        resolve(mine, ticket, "mine"),
        ...Array.from({ length: 8 }, () => signIn(at.server, { account })),
      ]);
      for (const session of sessions) {
        const { status, body } = await refresh(at.server, session as SessionAnswer);
        if (status === 200) expect(body.user.id).toBe(idOf(mine));
        else expect(idOf(session as SessionAnswer)).not.toBe(idOf(mine));
      }
      const { rows } = await at.server.database.pool.query(
        "SELECT FROM refresh_tokens AS s JOIN users AS u ON u.id = s.user_id WHERE u.merged_into = $1 AND s.revoked_at IS NULL",
        [idOf(mine)],
      );
      expect(rows).toEqual([]);
    }
  });
});
