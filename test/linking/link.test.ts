import { expect, test } from "bun:test";
import { newGuestKey, playAsGuest } from "../support/guests";
import { linkingAt } from "../support/linking";
import { freshAccount, googleTokens, refreshed, signIn } from "../support/players";
import { bearer, expectError, expectInvalid, get, post } from "../support/requests";
import { onEachDatabase } from "../support/suite";

onEachDatabase((at) => {
  const calls = () => linkingAt(at.server);

  test("a guest who links Google is the same player, with what they had", async () => {
    const { earn, linkGoogle, me } = calls();
    const guest = await playAsGuest(at.server);
    await earn(guest, 7, 2);
    const before = await me(guest);
    const account = freshAccount();
    const { status, body } = await linkGoogle(guest, account);
    expect(status).toBe(200);
    expect(body.user).toEqual({ ...before, guest: false, providers: ["google", "guest"], email: account });
    expect((await signIn(at.server, { account })).user).toMatchObject({
      id: guest.user.id,
      stars: 7,
      level: 3,
    });
    expect((await refreshed(at.server, guest)).user.id).toBe(guest.user.id);
  });

  test("the key goes on being the linked player, and their email stays", async () => {
    const { linkGoogle } = calls();
    const key = newGuestKey();
    const account = freshAccount();
    await linkGoogle(await playAsGuest(at.server, key), account);
    const { user } = await playAsGuest(at.server, key);
    expect(user).toMatchObject({ guest: false, email: account, providers: ["google", "guest"] });
  });

  test("a player's ways in are listed, and no stranger's", async () => {
    const { linkGoogle } = calls();
    const guest = await playAsGuest(at.server);
    await linkGoogle(guest);
    const { body } = await get(at.server, "/api/identities", bearer(guest));
    const time = expect.stringMatching(/^\d{4}-.*Z$/);
    expect(body.identities).toEqual([
      { provider: "google", name: expect.any(String), linked_at: time, last_used_at: time },
      { provider: "guest", name: null, linked_at: time, last_used_at: time },
    ]);
    expectError(await get(at.server, "/api/identities"), "unauthorized");
  });

  test("what a player has already may be linked again, and changes nothing", async () => {
    const { changes, linkGoogle } = calls();
    const account = freshAccount();
    const session = await signIn(at.server, { account });
    const { status, body } = await linkGoogle(session, account);
    expect([status, body.user.providers]).toEqual([200, ["google"]]);
    expect(await changes(session)).toEqual([]);
  });

  test("another player's account is a 409 with both players, and nothing has happened", async () => {
    const { changes, earn, linkGoogle, me } = calls();
    const account = freshAccount();
    const theirs = await signIn(at.server, { account });
    const mine = await playAsGuest(at.server);
    await earn(mine, 3, 0);
    const before = [await me(mine), await me(theirs)];
    const answer = await linkGoogle(mine, account);
    const summary = ({ name, picture, level, stars, guest, created_at, last_login }: (typeof before)[0]) => ({
      name,
      picture,
      level,
      stars,
      guest,
      created_at,
      last_login,
    });
    expectError(answer, "identity_in_use", {
      ticket: expect.any(String),
      mine: summary(before[0]!),
      theirs: summary(before[1]!),
    });
    expect([await me(mine), await me(theirs)]).toEqual(before);
    expect(await changes(mine)).toEqual([]);
  });

  test("a banned player's account cannot be linked", async () => {
    const { linkGoogle } = calls();
    const account = freshAccount();
    const { user } = await signIn(at.server, { account });
    await at.server.database.pool.query("UPDATE users SET banned_at = now() WHERE id = $1", [user.id]);
    expectError(await linkGoogle(await playAsGuest(at.server), account), "account_disabled", { until: null });
  });

  test("linking needs a player and one proof that holds", async () => {
    const { link } = calls();
    const guest = await playAsGuest(at.server);
    const { access_token } = await googleTokens(at.server);
    expectError(await post(at.server, "/api/identities", { access_token }), "unauthorized");
    expectInvalid(await link(guest, {}), "");
    expectError(await link(guest, { access_token: "made-up" }), "google_token_invalid");
    expectError(await link(guest, { provider: "nobody", id_token: "x" }), "provider_unavailable");
  });

  test("of fifty players who link one account at once, one has it", async () => {
    const { linkGoogle } = calls();
    const account = freshAccount();
    const guests = await Promise.all(Array.from({ length: 50 }, () => playAsGuest(at.server)));
    const answers = await Promise.all(guests.map((guest) => linkGoogle(guest, account)));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 409)).toHaveLength(49);
    const winner = guests[statuses.indexOf(200)]!;
    expect((await signIn(at.server, { account })).user.id).toBe(winner.user.id);
  });

  test("an account that signs up and is linked at once is one player's", async () => {
    const { linkGoogle } = calls();
    for (let round = 0; round < 10; round++) {
      const account = freshAccount();
      const guest = await playAsGuest(at.server);
      const [linked, signedIn] = await Promise.all([
        linkGoogle(guest, account),
        signIn(at.server, { account }),
      ]);
      const owner = (await signIn(at.server, { account })).user.id;
      expect(signedIn.user.id).toBe(owner);
      expect(linked.status).toBe(owner === guest.user.id ? 200 : 409);
    }
  });
});
