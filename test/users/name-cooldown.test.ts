import { expect, test } from "bun:test";
import { freshAccount, freshName, signIn } from "../support/players";
import { type Answer, bearer, expectError, get, post } from "../support/requests";
import { onEachDatabase } from "../support/suite";

const DAY = 86_400;
const COOLDOWN = 14 * DAY;

onEachDatabase(
  (at) => {
    const rename = (session: { access_token: string }, new_username: string) =>
      post(at.server, "/api/update_username", { new_username }, bearer(session));

    /** @param next when the cool-down ends, to ten seconds */
    const expectCooldown = (answer: Answer, next: number) => {
      const { next_change_at } = JSON.parse(answer.text);
      expectError(answer, "username_cooldown", { next_change_at });
      expect(next_change_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      expect(Math.abs(Date.parse(next_change_at) - next)).toBeLessThan(10_000);
    };
    const inCooldown = () => at.server.clock.now().getTime() + COOLDOWN * 1_000;

    test("the first change is free, and the next one waits for the cool-down", async () => {
      const account = freshAccount();
      const [first, second] = [freshName(), freshName()];
      let session = await signIn(at.server, { account });
      expect((await rename(session, first)).body.user?.name).toBe(first);
      const next = inCooldown();
      expectCooldown(await rename(session, second), next);
      expect((await get(at.server, "/api/me", bearer(session))).body.user.name).toBe(first);
      at.server.clock.advance(COOLDOWN - 60);
      session = await signIn(at.server, { account });
      expectCooldown(await rename(session, second), next);
      at.server.clock.advance(60);
      expect((await rename(session, second)).body.user?.name).toBe(second);
      expectCooldown(await rename(session, first), inCooldown());
    });

    test("changes of case and the same name again are free, and start no cool-down", async () => {
      const name = freshName();
      const session = await signIn(at.server, { given_name: name });
      for (const own of [name.toUpperCase(), name, name])
        expect((await rename(session, own)).body.user?.name).toBe(own);
      const next = freshName();
      expect((await rename(session, next)).status).toBe(200);
      const end = inCooldown();
      for (const own of [next.toUpperCase(), next])
        expect((await rename(session, own)).body.user?.name).toBe(own);
      expectCooldown(await rename(session, name), end);
    });

    test("a name that cannot be had starts no cool-down", async () => {
      const taken = freshName();
      await rename(await signIn(at.server), taken);
      const session = await signIn(at.server);
      expectError(await rename(session, taken), "username_taken");
      expectError(await rename(session, "x"), "username_invalid", { reason: "too_short" });
      expect((await rename(session, freshName())).status).toBe(200);
    });

    test("whether a name is taken is not told to who has to wait", async () => {
      const taken = freshName();
      await rename(await signIn(at.server), taken);
      const session = await signIn(at.server);
      await rename(session, freshName());
      expectCooldown(await rename(session, taken), inCooldown());
    });

    test("of twenty changes at once by one player, one passes", async () => {
      const session = await signIn(at.server);
      const answers = await Promise.all(Array.from({ length: 20 }, () => rename(session, freshName())));
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      for (const loser of answers.filter(({ status }) => status !== 200)) expectCooldown(loser, inCooldown());
    });

    test("of twenty changes at once, sent past the app's own turns, one passes", async () => {
      const { createStores } = await import("../../src/stores");
      const { parseUsername } = await import("../../src/users/username");
      const { user } = await signIn(at.server);
      const { database, clock, config } = at.server;
      const renamed = await Promise.all(
        Array.from({ length: 20 }, () => {
          const username = parseUsername(freshName());
          if (!username.ok) throw new Error(username.reason);
          return createStores(database, clock, config).users.rename(user, username, {
            id: Bun.randomUUIDv7(),
            requestId: "test",
          });
        }),
      );
      expect(renamed.filter(Boolean)).toHaveLength(1);
    });
  },
  { adjust: (config) => ({ ...config, names: { ...config.names, changeCooldownSeconds: COOLDOWN } }) },
);
