import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { IdentityConflict, OAuthManager } from "../../sdk/src/index.ts";
import { rejection } from "../support/rejection";
import { onEachDatabase } from "../support/suite";
import { Desktop } from "./support/desktop.ts";
import { earn, gameOnDevice, googleProof, playerElsewhere } from "./support/players.ts";

let desktop: Desktop;
beforeEach(() => {
  desktop = new Desktop();
});
afterEach(() => desktop.close());

onEachDatabase((at) => {
  /** A guest with 3 stars whose link met a player with 9. */
  async function inConflict() {
    const game = gameOnDevice(desktop, at.server);
    const mine = await game.oauth.loginAsGuest();
    await earn(at.server, mine, 3);
    const theirs = await playerElsewhere(desktop, at.server, 9);
    const proof = await googleProof(at.server, theirs.account);
    const conflict: IdentityConflict = await game.oauth.link("google", proof).then(
      () => expect.unreachable(),
      (error) => error.conflict,
    );
    game.events.length = 0;
    return { ...game, conflict, mine, theirs: theirs.user, elsewhere: theirs.oauth };
  }

  const both = { stars: 9, guest: false, providers: ["google", "guest"] };
  const stored = ({ storage }: Awaited<ReturnType<typeof inConflict>>) => storage.session?.refreshToken;

  describe("The player who chooses", () => {
    test("mine stays themselves, with the other's ways in and the better progress", async () => {
      const game = await inConflict();
      const token = stored(game);
      const user = await game.oauth.resolveConflict(game.conflict, "mine");
      expect(user).toMatchObject({ ...both, id: game.mine.id, name: game.mine.name });
      expect(game.oauth.getUser()).toEqual(user);
      expect(game.events).toEqual([`user:${game.mine.id}`]);
      expect(stored(game)).toBe(token);
      expect((await game.oauth.refreshTokens()).id).toBe(game.mine.id);
      expect(await rejection(game.elsewhere.refreshTokens())).toMatchObject({ code: "invalid_grant" });
    });

    test("theirs goes on as the other player, in this session, and login tells of them", async () => {
      const game = await inConflict();
      const token = stored(game);
      const user = await game.oauth.resolveConflict(game.conflict, "theirs");
      expect(user).toMatchObject({ ...both, id: game.theirs.id, name: game.theirs.name });
      expect(game.events).toEqual([`login:${game.theirs.id}`, `user:${game.theirs.id}`]);
      expect([stored(game), game.storage.session?.user]).toEqual([token, user]);
      expect((await game.oauth.refreshTokens()).id).toBe(game.theirs.id);
      expect((await game.elsewhere.refreshTokens()).id).toBe(game.theirs.id);
    });

    for (const keep of ["mine", "theirs"] as const) {
      test(`${keep} is told once more when the answer was lost, also when the refresh's was`, async () => {
        const game = await inConflict();
        game.network.lose((request) => request === "POST /api/identities/resolve");
        const lost = game.oauth.resolveConflict(game.conflict, keep);
        expect(await rejection(lost)).toMatchObject({ code: "network_error" });
        game.network.lose((request) => request === "POST /api/refresh");
        const unheard = await game.oauth.resolveConflict(game.conflict, keep).catch(({ code }) => code);
        if (keep === "theirs") expect(unheard).toBe("network_error");
        // Calls of one moment share one failure.
        await Bun.sleep(300);
        game.network.lose(() => false);
        const user = await game.oauth.resolveConflict(game.conflict, keep);
        expect(user).toMatchObject({ ...both, id: game[keep].id });
        expect(game.events).not.toContain("logout");
        expect((await game.oauth.refreshTokens()).id).toBe(game[keep].id);
      });
    }

    test("in one process is the same player in the others that share the store", async () => {
      const game = await inConflict();
      const second = gameOnDevice(desktop, at.server, game.storage);
      await second.oauth.loadStoredCredentials();
      await game.oauth.resolveConflict(game.conflict, "theirs");
      // Whoever is told by no watch finds out with the next request.
      expect((await second.oauth.refreshTokens()).id).toBe(game.theirs.id);
      expect(second.events).not.toContain("logout");
      expect((await game.oauth.refreshTokens()).id).toBe(game.theirs.id);
    });

    test("while refreshes run goes on as the kept player", async () => {
      for (const keep of ["mine", "theirs"] as const) {
        const game = await inConflict();
        const refresh = () => game.oauth.refreshTokens().catch(() => {});
        const [, user] = await Promise.all([
          refresh(),
          game.oauth.resolveConflict(game.conflict, keep),
          refresh(),
        ]);
        expect(user).toMatchObject({ id: game[keep].id });
        expect((await game.oauth.refreshTokens()).id).toBe(game[keep].id);
        expect(game.events).not.toContain("logout");
      }
    });
  });

  test("a ticket that is too old, or another player's, is authorization_expired and changes nothing", async () => {
    const [one, two] = [await inConflict(), await inConflict()];
    const codeOf = (oauth: OAuthManager, conflict: IdentityConflict) =>
      oauth.resolveConflict(conflict, "theirs").catch(({ code }) => code);
    expect(await codeOf(one.oauth, two.conflict)).toBe("authorization_expired");
    at.server.clock.advance(601);
    expect(await codeOf(one.oauth, one.conflict)).toBe("authorization_expired");
    expect(await one.oauth.refreshTokens()).toMatchObject({ id: one.mine.id, providers: ["guest"] });
  });

  describe("What can be taken back", () => {
    test("a merge: both players are there again, and this session is the guest's", async () => {
      const game = await inConflict();
      await game.oauth.resolveConflict(game.conflict, "theirs");
      const [merge] = await game.oauth.changes();
      expect(merge).toEqual({
        id: expect.any(String),
        kind: "merge",
        providers: ["guest"],
        userId: game.mine.id,
        createdAt: expect.any(Date),
        undoUntil: expect.any(Date),
        undoneAt: null,
      });
      const days = ((merge?.undoUntil.getTime() ?? 0) - (merge?.createdAt.getTime() ?? 0)) / 86_400_000;
      expect(days).toBe(30);
      game.events.length = 0;
      expect(await game.oauth.undo(merge?.id ?? "")).toMatchObject({
        id: game.mine.id,
        stars: 3,
        guest: true,
      });
      expect(game.events).toEqual([`login:${game.mine.id}`, `user:${game.mine.id}`]);
      expect(await game.elsewhere.refreshTokens()).toMatchObject({ id: game.theirs.id, stars: 9 });
    });

    test("a merge whose answer was lost: asked again, it is the same", async () => {
      const game = await inConflict();
      await game.oauth.resolveConflict(game.conflict, "theirs");
      const [merge] = await game.oauth.changes();
      game.network.lose((request) => request.endsWith("/undo"));
      const lost = game.oauth.undo(merge?.id ?? "");
      expect(await rejection(lost)).toMatchObject({ code: "network_error" });
      game.network.lose(() => false);
      expect(await game.oauth.undo(merge?.id ?? "")).toMatchObject({ id: game.mine.id, stars: 3 });
      expect(game.events).not.toContain("logout");
    });

    test("a link, which is then told as undone; nobody else's change is found", async () => {
      const { oauth } = gameOnDevice(desktop, at.server);
      const guest = await oauth.loginAsGuest();
      const other = await playerElsewhere(desktop, at.server);
      await oauth.link("google", await googleProof(at.server, `fresh-${other.account}`));
      const [link] = await oauth.changes();
      expect(link).toMatchObject({ kind: "link", providers: ["google"], userId: null, undoneAt: null });
      expect(await rejection(other.oauth.undo(link?.id ?? ""))).toMatchObject({ code: "not_found" });
      expect(await oauth.undo(link?.id ?? "")).toMatchObject({
        id: guest.id,
        providers: ["guest"],
        guest: true,
      });
      expect((await oauth.changes())[0]?.undoneAt).toBeInstanceOf(Date);
    });
  });
});
