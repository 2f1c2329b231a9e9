import { beforeAll, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { decodeJwt } from "jose";
import { loadConfig } from "../../src/config/config";
import { FORUM, GAME, tokensOf, withClients } from "../support/oauth";
import { freshAccount, refreshed, signIn } from "../support/players";
import { rejection } from "../support/rejection";
import { bearer, get } from "../support/requests";
import { type Studio, studioAt } from "../support/studio";
import { onEachDatabase } from "../support/suite";
import { temporaryFolder } from "../support/temporary";

onEachDatabase(
  (at) => {
    let studio: Studio;
    beforeAll(async () => {
      studio = await studioAt(at.server);
    });

    test("every player is a player, and their token says nothing of it", async () => {
      const session = await signIn(at.server);
      expect([session.user.roles, decodeJwt(session.access_token).roles]).toEqual([["player"], undefined]);
    });

    test("a new role is in `user` at once, and in the access token from the next one on", async () => {
      const session = await signIn(at.server);
      await studio.setRoles(session.user.id, ["moderator", "designer", "moderator"]);
      const roles = ["designer", "moderator", "player"];
      expect((await get(at.server, "/api/me", bearer(session))).body.user.roles).toEqual(roles);
      const next = await refreshed(at.server, session);
      expect([next.user.roles, decodeJwt(next.access_token).roles]).toEqual([roles, roles]);
      const again = await signIn(at.server, { account: session.user.email });
      expect([again.user.id, again.user.roles]).toEqual([session.user.id, roles]);
    });

    test("taken away, they are gone from both", async () => {
      const session = await signIn(at.server);
      await studio.setRoles(session.user.id, ["admin"]);
      await studio.setRoles(session.user.id, []);
      const next = await refreshed(at.server, session);
      expect([next.user.roles, decodeJwt(next.access_token).roles]).toEqual([["player"], undefined]);
    });

    test("the same again is no change", async () => {
      const { user } = await signIn(at.server);
      expect(await studio.setRoles(user.id, ["player"])).toBeNull();
      expect((await studio.describe(user.id)).events).toEqual([]);
    });

    test("a role that there is not is refused, and says which there are", async () => {
      const { user } = await signIn(at.server);
      expect(await rejection(studio.setRoles(user.id, ["admin", "boss"]))).toMatchObject({
        code: "validation_failed",
        message: "There is no such role; there is player, moderator, admin, designer.",
      });
      expect((await studio.describe(user.id)).player.roles).toEqual(["player"]);
    });

    test("a token that another application holds says nothing of roles", async () => {
      const account = freshAccount();
      const { user } = await signIn(at.server, { account });
      await studio.setRoles(user.id, ["admin"]);
      const rolesIn = async (client: object) =>
        decodeJwt((await tokensOf(at.server, { ...client }, account)).access_token).roles;
      expect(await rolesIn(FORUM)).toBeUndefined();
      expect(await rolesIn(GAME)).toEqual(["admin", "player"]);
    });
  },
  { adjust: (config) => ({ ...withClients(config), roles: { names: ["designer"] } }) },
);

describe("roles.names", () => {
  const load = (names: unknown) => {
    using folder = temporaryFolder();
    writeFileSync(join(folder.path, "config.yml"), JSON.stringify({ roles: { names } }));
    return loadConfig({ cwd: folder.path, env: {} }).roles;
  };

  test("names the game's own", () => {
    expect(load(["designer", "quality_2"])).toEqual({ names: ["designer", "quality_2"] });
  });

  test.each([["Boss"], ["2nd"], ["a b"], ["a,b"], ["x".repeat(33)], [""]])(
    "has none that is called %j",
    (name) => {
      expect(() => load([name])).toThrow("roles.names");
    },
  );
});
