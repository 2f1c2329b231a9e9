import { expect, test } from "bun:test";
import { goodNames, lookalikeNames, refusedNames } from "../fixtures/hostile-strings";
import { freshAccount, freshName, signIn } from "../support/players";
import { bearer, expectError, expectInvalid, get, post } from "../support/requests";
import { onEachDatabase } from "../support/suite";

onEachDatabase((at) => {
  const rename = (session: { access_token: string }, new_username: unknown) =>
    post(at.server, "/api/update_username", { new_username }, bearer(session));
  const forgetEverybody = () => at.server.database.pool.query("DELETE FROM users");

  test("a player's new name is answered and kept", async () => {
    const session = await signIn(at.server);
    const name = freshName();
    const { status, body } = await rename(session, name);
    expect([status, body as object]).toEqual([200, { status: "success", user: { ...session.user, name } }]);
    expect((await get(at.server, "/api/me", bearer(session))).body.user.name).toBe(name);
  });

  test("a name is kept in NFC and without the spaces around it", async () => {
    const session = await signIn(at.server);
    const name = freshName(8);
    expect((await rename(session, `  ${name} e\u0301 `)).body.user.name).toBe(`${name} \u00E9`);
  });

  test("a player may write the own name in another way, or take it again", async () => {
    const session = await signIn(at.server);
    const name = freshName();
    for (const own of [name, name, name.toUpperCase()]) {
      expect((await rename(session, own)).body.user?.name).toBe(own);
    }
  });

  test("a name that was given up is kept for its player", async () => {
    const [one, other] = [await signIn(at.server), await signIn(at.server)];
    const name = freshName();
    await rename(one, name);
    expectError(await rename(other, name), "username_taken");
    await rename(one, freshName());
    expectError(await rename(other, name), "username_taken");
    expect((await rename(one, name)).body.user?.name).toBe(name);
  });

  test("a refused name leaves the old one", async () => {
    const session = await signIn(at.server);
    expectError(await rename(session, "x"), "username_invalid", { reason: "too_short" });
    expect((await get(at.server, "/api/me", bearer(session))).body.user.name).toBe(session.user.name);
  });

  test("S47 S48 every hostile name is a 422 with its reason, or a 400", async () => {
    const session = await signIn(at.server);
    for (const [what, name, reason] of refusedNames) {
      const answer = await rename(session, name);
      if (answer.status === 413) continue;
      if (!name.isWellFormed() || name.includes("\0")) {
        expectError(answer, "validation_failed", { fields: [] });
      } else {
        expect([what, answer.status, answer.body.reason]).toEqual([what, 422, reason]);
        expectError(answer, "username_invalid", { reason });
      }
    }
  });

  test.each(["Admin", "\u0430da"])(
    "a player who has been %s since before that was refused stays so",
    async (name) => {
      const account = freshAccount();
      const { user } = await signIn(at.server, { account });
      await at.server.database.pool.query("UPDATE users SET name = $1 WHERE id = $2", [name, user.id]);
      const session = await signIn(at.server, { account });
      expect((await get(at.server, "/api/me", bearer(session))).body.user).toMatchObject({
        id: user.id,
        name,
      });
    },
  );

  test("S48 every good name is taken as it stands", async () => {
    await forgetEverybody();
    const session = await signIn(at.server);
    for (const [, name] of goodNames) {
      expect((await rename(session, name)).body.user?.name).toBe(name.normalize("NFC"));
    }
  });

  test("S48 look-alikes collide, whichever comes first", async () => {
    await forgetEverybody();
    const [one, other] = [await signIn(at.server), await signIn(at.server)];
    for (const [what, a, b] of lookalikeNames) {
      for (const [first, second] of [
        [a, b],
        [b, a],
      ] as const) {
        expect([what, (await rename(one, first)).status]).toEqual([what, 200]);
        expect([what, (await rename(other, second)).body.code]).toEqual([what, "username_taken"]);
        await rename(one, freshName());
      }
    }
  });

  test("S49 of fifty claims of one name at once, one wins", async () => {
    const sessions = await Promise.all(Array.from({ length: 50 }, () => signIn(at.server)));
    const name = freshName(8);
    // Every third spells it in another way.
    const spellings = [name, name.toUpperCase(), `  ${name}`];
    const answers = await Promise.all(
      sessions.map((session, index) => rename(session, spellings[index % 3]!)),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const losers = answers.filter(({ status }) => status !== 200);
    for (const loser of losers) expectError(loser, "username_taken");
  });

  test("a player who asks for one name several times at once has it", async () => {
    const session = await signIn(at.server);
    const name = freshName();
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => rename(session, index % 2 ? name : name.toUpperCase())),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
  });

  test("two players who swap names at once end with two names", async () => {
    const [one, other] = [await signIn(at.server), await signIn(at.server)];
    const [a, b] = [freshName(), freshName()];
    await rename(one, a);
    await rename(other, b);
    await Promise.all([rename(one, b), rename(other, a)]);
    const names = await Promise.all(
      [one, other].map(async (session) => (await get(at.server, "/api/me", bearer(session))).body.user.name),
    );
    expect(new Set(names).size).toBe(2);
  });

  test.each([[undefined], [null], [7], [true], [["Ada"]], [{ name: "Ada" }]])(
    "a new_username of %j is a 400",
    async (name) => {
      expectInvalid(await rename(await signIn(at.server), name), "new_username");
    },
  );
});
