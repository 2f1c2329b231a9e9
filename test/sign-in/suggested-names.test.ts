import { expect, test } from "bun:test";
import { parseUsername } from "../../src/users/username";
import { freshAccount, freshName, signIn } from "../support/players";
import { bearer, post } from "../support/requests";
import { onEachDatabase } from "../support/suite";

onEachDatabase((at) => {
  test("a new player has the given name that Google tells", async () => {
    const given_name = freshName();
    const { user } = await signIn(at.server, { given_name });
    expect(user.name).toBe(given_name);
  });

  test("a given name that somebody has already, or that looks like it, is varied", async () => {
    const given_name = `${freshName(8)} Ian`;
    const names = [];
    for (const name of [given_name, given_name.toUpperCase(), given_name.replace("Ian", "lan"), given_name]) {
      names.push((await signIn(at.server, { given_name: name })).user.name);
    }
    expect(names[0]).toBe(given_name);
    expect(new Set(names).size).toBe(4);
    for (const name of names) expect(parseUsername(name)).toMatchObject({ ok: true });
  });

  test.each([
    ["none", null],
    ["an email address", "someone@example.com"],
    ["an emoji", "\u{1F355}"],
    ["one letter", "A"],
    ["a forged log line", 'x\r\n{"event":"login"}'],
    ["200 letters", "a".repeat(200)],
    ["2,000 letters", "a".repeat(2_000)],
    ["bidi marks", "\u202Eada\u202C"],
    ["NUL", "Ada\0"],
  ])("a given name of %s still gives a valid, friendly name", async (_what, given_name) => {
    const account = freshAccount();
    const { user } = await signIn(at.server, { account, given_name, name: null });
    expect(parseUsername(user.name)).toMatchObject({ ok: true, name: user.name });
    expect(account).not.toContain(user.name.toLowerCase());
  });

  test("no name is ever the local part of the email", async () => {
    const email = `${freshName()}@players.example`;
    const { user } = await signIn(at.server, { email, given_name: null, name: null });
    expect(user.name).not.toContain(email.split("@")[0]!);
  });

  test("a player who renamed keeps the name when signing in again", async () => {
    const account = freshAccount();
    const session = await signIn(at.server, { account });
    const new_username = freshName();
    await post(at.server, "/api/update_username", { new_username }, bearer(session));
    expect((await signIn(at.server, { account })).user.name).toBe(new_username);
  });

  test("twenty new players of one given name at once all get names", async () => {
    const given_name = freshName(10);
    const sessions = await Promise.all(Array.from({ length: 20 }, () => signIn(at.server, { given_name })));
    const names = sessions.map(({ user }) => user.name);
    expect(new Set(names).size).toBe(20);
    expect(names).toContain(given_name);
  });
});
