import { describe, expect, test } from "bun:test";
import { createNamePolicy } from "../../src/users/name-policy";
import { parseUsername } from "../../src/users/username";
import { load } from "../config/support";
import { freshAccount, freshName, signIn } from "../support/players";
import { bearer, expectError, get, post } from "../support/requests";
import { onEachDatabase } from "../support/suite";

const { names } = load();

test("a name that neither rule nor setting refuses is read as the rules read it", async () => {
  const policy = await createNamePolicy(names)();
  for (const name of ["Zoe\u0308 B", "  Ada "]) expect(policy(name)).toEqual(parseUsername(name));
  expect(policy("x")).toEqual(parseUsername("x"));
  expect(policy("admin")).toMatchObject({ ok: false, reason: "reserved" });
});

describe("names that are reserved by a setting", () => {
  test.each(["Acme", "ACME", "a.c-m_e", "acme team", "Acrne", "\u0410\u0421\u041C\u0415"])(
    "refuse %s",
    async (name) => {
      const policy = await createNamePolicy({ ...names, reserved: ["Acme", "Acme Team"] })();
      expect(policy(name)).toMatchObject({ ok: false, reason: "reserved" });
      expect(policy("Acme fan")).toMatchObject({ ok: true });
      expect((await createNamePolicy(names)())(name)).toMatchObject({ ok: true });
    },
  );
});

test("profanity is taken where no language is named", async () => {
  expect((await createNamePolicy({ ...names, profanity: [] })())("fuck")).toMatchObject({ ok: true });
  expect((await createNamePolicy(names)())("fuck")).toMatchObject({
    ok: false,
    reason: "profane",
    message: "A name has no profanity.",
  });
});

onEachDatabase(
  (at) => {
    const rename = (session: { access_token: string }, new_username: string) =>
      post(at.server, "/api/update_username", { new_username }, bearer(session));

    test("a profane name is a 422, and one that a setting reserves", async () => {
      const session = await signIn(at.server);
      expectError(await rename(session, "f.u.c.k"), "username_invalid", { reason: "profane" });
      expectError(await rename(session, "A.C.M.E"), "username_invalid", { reason: "reserved" });
    });

    test("a new player is not called by a given name that is refused", async () => {
      expect((await signIn(at.server, { given_name: "Fucker" })).user.name).not.toMatch(/fuck/i);
      expect((await signIn(at.server, { given_name: "Acme" })).user.name).toMatch(/^Chef Acme/);
    });

    test("who has had a name since before it was refused keeps it, and may not write it anew", async () => {
      const account = freshAccount();
      const { user } = await signIn(at.server, { account, given_name: freshName() });
      await at.server.database.pool.query("UPDATE users SET name = 'Fuck' WHERE id = $1", [user.id]);
      const session = await signIn(at.server, { account });
      expect((await get(at.server, "/api/me", bearer(session))).body.user.name).toBe("Fuck");
      expectError(await rename(session, "FUCK"), "username_invalid", { reason: "profane" });
    });
  },
  { adjust: (config) => ({ ...config, names: { ...config.names, reserved: ["Acme"] } }) },
);
