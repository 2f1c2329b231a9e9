import { expect, test } from "bun:test";
import { newGuestKey, playAsGuest } from "../support/guests";
import { linkingAt } from "../support/linking";
import { freshAccount, refreshed, signIn } from "../support/players";
import { bearer, expectError, get } from "../support/requests";
import { onEachDatabase } from "../support/suite";

onEachDatabase((at) => {
  const calls = () => linkingAt(at.server);

  test("a way in that was taken away is nobody's, and the devices stay signed in", async () => {
    const { linkGoogle, me, unlink } = calls();
    const account = freshAccount();
    const guest = await playAsGuest(at.server);
    await linkGoogle(guest, account);
    const device = await signIn(at.server, { account });
    expect((await unlink(guest, "google")).status).toBe(204);
    expect(await me(guest)).toMatchObject({
      id: guest.user.id,
      guest: true,
      providers: ["guest"],
      email: "",
    });
    expect((await refreshed(at.server, device)).user.id).toBe(guest.user.id);
    expect((await signIn(at.server, { account })).user.id).not.toBe(guest.user.id);
  });

  test("the last way in stays", async () => {
    const { unlink } = calls();
    const session = await signIn(at.server);
    expectError(await unlink(session, "google"), "last_identity");
    expect((await get(at.server, "/api/identities", bearer(session))).body.identities).toHaveLength(1);
  });

  test("what a player does not have is a 404", async () => {
    const { unlink } = calls();
    const session = await signIn(at.server);
    expectError(await unlink(session, "steam"), "not_found");
    expectError(await unlink(session, "%00"), "not_found");
  });

  test("two ways in that are taken away at once leave one", async () => {
    const { linkGoogle, unlink } = calls();
    for (let round = 0; round < 10; round++) {
      const guest = await playAsGuest(at.server);
      await linkGoogle(guest);
      const answers = await Promise.all([unlink(guest, "google"), unlink(guest, "guest")]);
      expect(answers.map(({ status }) => status).sort()).toEqual([204, 422]);
    }
  });

  test("a link and an unlink at once leave the player a way in", async () => {
    const { linkGoogle, me, unlink } = calls();
    for (let round = 0; round < 10; round++) {
      const guest = await playAsGuest(at.server, newGuestKey());
      const [linked, gone] = await Promise.all([linkGoogle(guest), unlink(guest, "guest")]);
      expect(linked.status).toBe(200);
      expect([204, 422]).toContain(gone.status);
      expect((await me(guest)).providers).toEqual(gone.status === 204 ? ["google"] : ["google", "guest"]);
    }
  });
});
