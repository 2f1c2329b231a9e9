import { expect, test } from "bun:test";
import type { SessionAnswer } from "../../src/session/model";
import { createStores } from "../../src/stores";
import { linkingAt } from "../support/linking";
import { answerOfSignIn, authorizeUrl, FORUM, newPkce, tokensOf, withClients } from "../support/oauth";
import { freshAccount, signIn } from "../support/players";
import { rowsOf } from "../support/rows";
import { onEachDatabase } from "../support/suite";

onEachDatabase(
  (at) => {
    const calls = () => linkingAt(at.server);
    const idOf = ({ user }: SessionAnswer) => user.id;
    const letForum = (account: string, scope: string) => tokensOf(at.server, { ...FORUM, scope }, account);
    /** Whether the forum's player is asked, once more, what it may know. */
    const isAsked = async (account: string, scope: string) =>
      (await answerOfSignIn(authorizeUrl(at.server, newPkce(), { ...FORUM, scope }), account)).status === 200;
    const consentsOf = async (...players: SessionAnswer[]) =>
      (await rowsOf(at.server.database, ...players.map(idOf))).consents;

    /** Two players of two accounts, of whom the first wants the second's account. */
    async function conflict() {
      const [account, otherAccount] = [freshAccount(), freshAccount()];
      const mine = await signIn(at.server, { account });
      const theirs = await signIn(at.server, { account: otherAccount });
      return {
        account,
        otherAccount,
        mine,
        theirs,
        async resolve(keep: "mine" | "theirs") {
          const { body } = await calls().linkGoogle(mine, otherAccount);
          return (await calls().resolve(mine, body.ticket, keep)).body;
        },
      };
    }
    async function undoLast(session: SessionAnswer) {
      const [last] = await calls().changes(session);
      expect((await calls().undo(session, last!.id)).status).toBe(200);
    }

    test("what either player had let a client know, it may know of the one who is kept", async () => {
      const { account, otherAccount, resolve } = await conflict();
      await letForum(account, "openid profile");
      await letForum(otherAccount, "openid email");
      await resolve("mine");
      for (const one of [account, otherAccount])
        expect(await isAsked(one, "openid profile email")).toBe(false);
    });

    test.each(["mine", "theirs"] as const)(
      "undoing a merge that kept %s leaves each row as it was",
      async (keep) => {
        const { account, otherAccount, mine, theirs, resolve } = await conflict();
        await letForum(account, "profile openid");
        await letForum(otherAccount, "openid email");
        const before = await rowsOf(at.server.database, idOf(mine), idOf(theirs));
        await undoLast(await resolve(keep));
        expect((await consentsOf(mine, theirs))!).toEqual(before.consents!);
        expect(await isAsked(account, "openid email")).toBe(true);
        expect(await isAsked(otherAccount, "openid email")).toBe(false);
      },
    );

    test("undoing a merge takes the other's consents away where there were none", async () => {
      const { account, otherAccount, mine, resolve } = await conflict();
      await letForum(otherAccount, "openid email");
      const kept = await resolve("mine");
      expect((await consentsOf(mine))!).toHaveLength(1);
      await undoLast(kept);
      expect((await consentsOf(mine))!).toEqual([]);
      expect(await isAsked(account, "openid")).toBe(true);
    });

    test("a consent of no scope at all joins, and is taken back, like any other", async () => {
      const { account, otherAccount, mine, theirs, resolve } = await conflict();
      const { grants } = createStores(at.server.database, at.server.clock, at.server.config);
      await grants.consent(idOf(theirs), FORUM.client_id, []);
      const kept = await resolve("mine");
      expect((await consentsOf(mine))!).toMatchObject([{ scopes: [] }]);
      await undoLast(kept);
      expect((await consentsOf(mine))!).toEqual([]);
      for (const one of [account, otherAccount]) expect(await isAsked(one, "openid")).toBe(true);
    });

    test("what was allowed after the merge stays when it is undone, and what it brought does not", async () => {
      const { account, otherAccount, mine, resolve } = await conflict();
      await letForum(account, "openid");
      await letForum(otherAccount, "profile");
      const kept = await resolve("mine");
      await letForum(account, "openid email");
      await undoLast(kept);
      expect((await consentsOf(mine))!).toMatchObject([{ scopes: ["email", "openid"] }]);
      expect(await isAsked(otherAccount, "email")).toBe(true);
    });
  },
  { adjust: withClients },
);
