import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { systemClock } from "../../src/clock";
import type { Config } from "../../src/config/config";
import { freshAccount, refresh, refreshed, signIn } from "../support/players";
import { expectError } from "../support/requests";
import { startTestServer, type TestServer } from "../support/server";
import { onEmbedded } from "../support/suite";

/** The session rules of the design, set to something else. */
const policy = (security: Partial<Config["security"]>) => ({
  adjust: (config: Config) => ({ ...config, security: { ...config.security, ...security } }),
});

describe("a grace longer than the expiry", () => {
  onEmbedded(
    (at) => {
      test("S31 a token that expired within the grace is dead", async () => {
        const first = await signIn(at.server);
        await refreshed(at.server, first);
        at.server.clock.advance(31);
        expectError(await refresh(at.server, first), "invalid_grant");
      });
    },
    policy({ refreshTokenExpirySeconds: 30, refreshReuseGraceSeconds: 60 }),
  );
});

describe("no grace", () => {
  onEmbedded(
    (at) => {
      test("a repeated refresh is a replay at once", async () => {
        const first = await signIn(at.server);
        const second = await refreshed(at.server, first);
        expectError(await refresh(at.server, first), "invalid_grant");
        expectError(await refresh(at.server, second), "invalid_grant");
      });
    },
    policy({ refreshReuseGraceSeconds: 0 }),
  );
});

describe("three devices", () => {
  onEmbedded(
    (at) => {
      test("a fourth sign-in ends the session that was idle longest", async () => {
        const account = freshAccount();
        const sessions = [];
        for (let device = 0; device < 3; device++) {
          sessions.push(await signIn(at.server, { account }));
          at.server.clock.advance(1);
        }
        const [first, second, third] = sessions as [never, never, never];
        const firstLater = await refreshed(at.server, first);
        const fourth = await signIn(at.server, { account });
        expectError(await refresh(at.server, second), "invalid_grant");
        for (const alive of [firstLater, third, fourth]) await refreshed(at.server, alive);
      });
    },
    policy({ maxSessionsPerUser: 3 }),
  );
});

describe("S41 replicas whose clocks are five minutes off", () => {
  onEmbedded(
    (at) => {
      let ahead: TestServer;
      let behind: TestServer;
      beforeAll(async () => {
        const { database } = at.server;
        const clockOff = (seconds: number) => {
          const now = () => new Date(Date.now() + seconds * 1_000);
          return { ...systemClock, now };
        };
        [ahead, behind] = (await Promise.all(
          [300, -300].map((seconds) => startTestServer({ database, clock: clockOff(seconds) })),
        )) as [TestServer, TestServer];
      });
      afterAll(async () => {
        await ahead.stop();
        await behind.stop();
      });

      test("take turns in refreshing one session", async () => {
        let session = await signIn(at.server);
        for (const replica of [ahead, behind, ahead, at.server, behind]) {
          session = await refreshed(replica, session);
        }
      });

      test("agree on the grace: neither does the one ahead shorten it, nor the one behind lengthen it", async () => {
        const first = await signIn(ahead);
        const second = await refreshed(behind, first);
        expect((await refreshed(ahead, first)).refresh_token).toBe(second.refresh_token);
        await at.server.database.pool.query(
          "UPDATE refresh_tokens SET rotated_at = now() - interval '61 seconds' WHERE user_id = $1",
          [first.user.id],
        );
        expectError(await refresh(behind, first), "invalid_grant");
        expectError(await refresh(ahead, second), "invalid_grant");
      });

      test("accept each other's access tokens", async () => {
        const session = await signIn(ahead);
        for (const replica of [ahead, behind, at.server]) {
          const response = await fetch(`${replica.origin}/api/me`, {
            headers: { authorization: `Bearer ${session.access_token}` },
          });
          expect(response.status).toBe(200);
        }
      });
    },
    { clock: systemClock },
  );
});
