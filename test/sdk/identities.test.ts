import { afterEach, beforeEach, expect, test } from "bun:test";
import { freshAccount } from "../support/players";
import { rejection } from "../support/rejection";
import { onEachDatabase } from "../support/suite";
import { Desktop } from "./support/desktop.ts";
import { gameOnDevice, googleProof } from "./support/players.ts";

let desktop: Desktop;
beforeEach(() => {
  desktop = new Desktop();
});
afterEach(() => desktop.close());

onEachDatabase((at) => {
  async function guestWithGoogle() {
    const game = gameOnDevice(desktop, at.server);
    await game.oauth.loginAsGuest();
    const user = await game.oauth.link("google", await googleProof(at.server, freshAccount()));
    game.events.length = 0;
    return { ...game, user };
  }

  test("identities() tells the ways in, with times", async () => {
    const { oauth } = await guestWithGoogle();
    const times = { linkedAt: expect.any(Date), lastUsedAt: expect.any(Date) };
    expect(await oauth.identities()).toEqual([
      { provider: "google", name: expect.any(String), ...times },
      { provider: "guest", name: null, ...times },
    ]);
    for (const { linkedAt } of await oauth.identities()) {
      expect(Math.abs(linkedAt.getTime() - at.server.clock.now().getTime())).toBeLessThan(60_000);
    }
  });

  test("unlink takes one away, and the player and the user event say so", async () => {
    const { oauth, user, events, storage } = await guestWithGoogle();
    const after = await oauth.unlink("google");
    expect(after).toMatchObject({ id: user.id, guest: true, providers: ["guest"] });
    expect([oauth.getUser(), storage.session?.user]).toEqual([after, after]);
    expect(events).toEqual([`user:${user.id}`]);
  });

  for (const lost of ["DELETE /api/identities/google", "GET /api/me"]) {
    test(`unlink may be called again when the answer to ${lost} was lost`, async () => {
      const { oauth, network } = await guestWithGoogle();
      network.lose((request) => request === lost);
      expect(await rejection(oauth.unlink("google"))).toMatchObject({ code: "network_error" });
      network.lose(() => false);
      expect(await oauth.unlink("google")).toMatchObject({ providers: ["guest"] });
    });
  }

  test("the only way in stays, and one that the player does not have is not_found", async () => {
    const { oauth, user } = await guestWithGoogle();
    expect(await rejection(oauth.unlink("discord"))).toMatchObject({ code: "not_found" });
    await oauth.unlink("guest");
    expect(await rejection(oauth.unlink("google"))).toMatchObject({ code: "last_identity", status: 422 });
    expect(await oauth.refreshTokens()).toMatchObject({ id: user.id, providers: ["google"] });
  });
});
