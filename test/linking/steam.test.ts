import { expect, test } from "bun:test";
import { locationOf, newGame, startUrl } from "../support/authorization";
import { playAsGuest } from "../support/guests";
import { linkingAt } from "../support/linking";
import { freshAccount } from "../support/players";
import { expectError, post } from "../support/requests";
import { steamTicket, withSteam } from "../support/steam";
import { onEachDatabase } from "../support/suite";

onEachDatabase(
  (at) => {
    /** The proof that a player who went through Steam's page brings back. */
    async function loginCode(account: string) {
      const game = newGame();
      const start = startUrl(at.server, game).replace("/auth/google/", "/auth/steam/");
      const body = new URLSearchParams({ action: "add", name: "Dora Dill", email: account });
      const callback = await locationOf(await locationOf(start), { method: "POST", body });
      const redirect = await locationOf(callback);
      return { login_code: redirect.searchParams.get("code"), code_verifier: game.codeVerifier };
    }

    test("a guest who links Steam in a browser is the player whom the ticket signs in", async () => {
      const account = freshAccount();
      const guest = await playAsGuest(at.server);
      const linked = await linkingAt(at.server).link(guest, await loginCode(account));
      expect(linked.body).toMatchObject({
        status: "success",
        user: { id: guest.user.id, name: guest.user.name, guest: false, providers: ["guest", "steam"] },
      });
      const { ticket } = await steamTicket(at.server, { account });
      const { body } = await post(at.server, "/api/login", { provider: "steam", ticket });
      expect(body.user.id).toBe(guest.user.id);
    });

    test("a ticket links as well", async () => {
      const guest = await playAsGuest(at.server);
      const { ticket } = await steamTicket(at.server);
      const { body } = await linkingAt(at.server).link(guest, { provider: "steam", ticket });
      expect(body.user).toMatchObject({ id: guest.user.id, providers: ["guest", "steam"] });
    });

    test("a player whom the publisher banned does not link by a ticket, and stays as they are", async () => {
      const guest = await playAsGuest(at.server);
      const { ticket } = await steamTicket(at.server, { publisherbanned: true });
      const { link, me } = linkingAt(at.server);
      expectError(await link(guest, { provider: "steam", ticket }), "account_disabled", {
        reason: "publisher_banned",
      });
      expect((await me(guest)).providers).toEqual(guest.user.providers);
    });

    test("an account of another player's leads to the choice, and not to a sign-in", async () => {
      const account = freshAccount();
      const { ticket } = await steamTicket(at.server, { account });
      const theirs = await post(at.server, "/api/login", { provider: "steam", ticket });
      const guest = await playAsGuest(at.server);
      const answer = await linkingAt(at.server).link(guest, await loginCode(account));
      expect(answer.status).toBe(409);
      expect(answer.body).toMatchObject({
        code: "identity_in_use",
        theirs: { name: theirs.body.user.name },
      });
    });
  },
  { adjust: withSteam() },
);
