import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { freshAccount } from "../support/players";
import { rejection } from "../support/rejection";
import { onEachDatabase } from "../support/suite";
import { Desktop } from "./support/desktop.ts";
import { earn, gameOnDevice, googleProof } from "./support/players.ts";

let desktop: Desktop;
beforeEach(() => {
  desktop = new Desktop();
});
afterEach(() => desktop.close());

onEachDatabase((at) => {
  const device = () => gameOnDevice(desktop, at.server);

  /** A guest with stars on one device, and their code. */
  async function guestWithCode() {
    const old = device();
    const guest = await old.oauth.loginAsGuest();
    await earn(at.server, guest, 12);
    return { guest, old, ...(await old.oauth.transferCode()) };
  }

  test("transferCode tells the code, and until when it serves", async () => {
    const { code, expiresAt } = await guestWithCode();
    expect(code).toMatch(/^[0-9A-Z]{4}(-[0-9A-Z]{4}){2}$/);
    expect(Math.abs(expiresAt.getTime() - Date.now() - 86_400_000)).toBeLessThan(60_000);
  });

  describe("On a device where nobody is signed in, loginWithTransferCode", () => {
    test("goes on as the guest, who is this install's from then on; the old device goes on too", async () => {
      const { guest, old, code } = await guestWithCode();
      const { oauth, events } = device();
      expect(await oauth.loginWithTransferCode(code.toLowerCase())).toMatchObject({
        id: guest.id,
        stars: 12,
      });
      expect(events.filter((event) => event.startsWith("login"))).toEqual([`login:${guest.id}`]);
      await oauth.logout();
      expect((await oauth.loginAsGuest()).id).toBe(guest.id);
      expect((await old.oauth.refreshTokens()).id).toBe(guest.id);
    });

    test("gives the key of a guest who has won nothing to the player", async () => {
      const { guest, code } = await guestWithCode();
      const { oauth } = device();
      await oauth.loginAsGuest();
      await oauth.logout();
      expect(await oauth.loginWithTransferCode(code)).toMatchObject({ id: guest.id, stars: 12 });
      await oauth.logout();
      expect((await oauth.loginAsGuest()).id).toBe(guest.id);
    });

    test("leaves the key of one who has played theirs", async () => {
      const { guest, code } = await guestWithCode();
      const { oauth } = device();
      const here = await oauth.loginAsGuest();
      await earn(at.server, here, 1);
      await oauth.logout();
      expect((await oauth.loginWithTransferCode(code)).id).toBe(guest.id);
      await oauth.logout();
      expect(await oauth.loginAsGuest()).toMatchObject({ id: here.id, stars: 1 });
    });

    test("leaves the key of an empty player with an account theirs", async () => {
      const { guest, code } = await guestWithCode();
      const { oauth } = device();
      const here = await oauth.loginAsGuest();
      await oauth.link("google", await googleProof(at.server, freshAccount()));
      await oauth.logout();
      expect((await oauth.loginWithTransferCode(code)).id).toBe(guest.id);
      await oauth.logout();
      expect((await oauth.loginAsGuest()).id).toBe(here.id);
    });

    test("refuses a code that is wrong, used or too old, and signs nobody in", async () => {
      const { code } = await guestWithCode();
      const { oauth } = device();
      const refused = async () =>
        expect(await rejection(oauth.loginWithTransferCode(code))).toMatchObject({ code: "invalid_grant" });
      expect(await rejection(oauth.loginWithTransferCode("0000-0000-0000"))).toMatchObject({
        code: "invalid_grant",
      });
      await device().oauth.loginWithTransferCode(code);
      at.server.clock.advance(61);
      await refused();
      expect(oauth.isLoggedIn()).toBe(false);
    });

    test("works when called again, whichever answer was lost", async () => {
      for (let lost = 0; ; lost++) {
        const { guest, code } = await guestWithCode();
        const { oauth, network } = device();
        // Of an empty guest whose key goes over, so that every request there is goes out.
        await oauth.loginAsGuest();
        await oauth.logout();
        network.lose(() => network.requests.length === lost + 1);
        const first = await oauth.loginWithTransferCode(code).catch(({ code }) => code);
        const isThrough = network.requests.length <= lost;
        network.lose(() => false);
        const user = isThrough ? first : await oauth.loginWithTransferCode(code);
        expect(user).toMatchObject({ id: guest.id, stars: 12 });
        await oauth.logout();
        expect((await oauth.loginAsGuest()).id).toBe(guest.id);
        if (isThrough) break;
        expect(first).toBe("network_error");
      }
    });
  });

  describe("On a device where somebody is signed in, loginWithTransferCode", () => {
    test("puts the other in the place of a guest who has won nothing", async () => {
      const { guest, code } = await guestWithCode();
      const { oauth, events } = device();
      await oauth.loginAsGuest();
      events.length = 0;
      expect(await oauth.loginWithTransferCode(code)).toMatchObject({ id: guest.id, stars: 12 });
      expect(events).toEqual([`login:${guest.id}`, `user:${guest.id}`]);
      await oauth.logout();
      expect((await oauth.loginAsGuest()).id).toBe(guest.id);
    });

    test("asks one who has played: identity_in_use, and either choice works", async () => {
      for (const keep of ["mine", "theirs"] as const) {
        const { guest, code } = await guestWithCode();
        const { oauth } = device();
        const here = await oauth.loginAsGuest();
        await earn(at.server, here, 1);
        const error = await oauth.loginWithTransferCode(code).catch((thrown) => thrown);
        expect(error).toMatchObject({
          code: "identity_in_use",
          conflict: { mine: { stars: 1 }, theirs: { stars: 12 } },
        });
        expect(oauth.getUser()?.id).toBe(here.id);
        const kept = keep === "mine" ? here : guest;
        expect(await oauth.resolveConflict(error.conflict, keep)).toMatchObject({ id: kept.id, stars: 12 });
        await oauth.logout();
        expect((await oauth.loginAsGuest()).id).toBe(kept.id);
      }
    });

    test("works when called again, whichever answer was lost", async () => {
      for (let lost = 0; ; lost++) {
        const { guest, code } = await guestWithCode();
        const { oauth, network, events } = device();
        await oauth.loginAsGuest();
        network.lose(() => network.requests.length === lost + 1);
        const first = await oauth.loginWithTransferCode(code).catch(({ code }) => code);
        const isThrough = network.requests.length <= lost;
        network.lose(() => false);
        const user = isThrough ? first : await oauth.loginWithTransferCode(code);
        expect(user).toMatchObject({ id: guest.id, stars: 12 });
        expect(events).not.toContain("logout");
        if (isThrough) break;
        expect(first).toBe("network_error");
      }
    });

    test("brings a stored session back first", async () => {
      const { guest, code } = await guestWithCode();
      const first = device();
      const here = await first.oauth.loginAsGuest();
      await earn(at.server, here, 1);
      first.oauth.dispose();
      const { oauth } = gameOnDevice(desktop, at.server, first.storage);
      expect(await rejection(oauth.loginWithTransferCode(code))).toMatchObject({ code: "identity_in_use" });
      expect(oauth.getUser()?.id).toBe(here.id);
      expect(guest.id).not.toBe(here.id);
    });
  });
});
