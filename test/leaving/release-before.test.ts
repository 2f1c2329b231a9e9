import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { systemClock } from "../../src/clock";
import { loadConfig } from "../../src/config/config";
import { openDatabase } from "../../src/db/database";
import type { SessionAnswer } from "../../src/session/model";
import { cleanUpAt } from "../support/clean-up";
import { ask, bearer, freshAccount, refresh, signIn } from "../support/client";
import { postgresAvailable } from "../support/postgres";
import { previousRelease, previousReleaseAvailable } from "../support/previous-release";
import { googleOf, serverFolder, spawnServer } from "../support/spawned-server";
import { databaseOf, type TestDatabase } from "../support/test-database";

setDefaultTimeout(120_000);

describe.skipIf(!postgresAvailable() || !previousReleaseAvailable())(
  "A server of the release before beside this one",
  () => {
    const world = new AsyncDisposableStack();
    let google: ReturnType<typeof googleOf>;
    let database: TestDatabase;
    let old: string;
    let now: string;
    beforeAll(async () => {
      google = googleOf(world);
      database = await databaseOf(world);
      const env = { ...google.env, ...database.env() };
      const entry = join(previousRelease(world), "src/index.ts");
      const servers = [
        await spawnServer({ folder: serverFolder(world), env, entry }),
        await spawnServer({ folder: serverFolder(world), env }),
      ] as const;
      for (const server of servers) world.defer(() => server.kill());
      [old, now] = [servers[0].origin, servers[1].origin];
    });
    afterAll(() => world.disposeAsync());

    /** What a server of this release does every minute. */
    const cleanUp = async () => {
      const config = loadConfig({ cwd: import.meta.dirname, env: { ...google.env, ...database.env() } });
      const opened = await openDatabase(config.database);
      await cleanUpAt({ database: opened, clock: systemClock, config });
      await opened.close();
    };
    const left = async (account: string): Promise<SessionAnswer> => {
      const session = await signIn(now, google, account);
      expect((await ask(now, "DELETE /api/me", undefined, bearer(session))).status).toBe(200);
      return session;
    };
    const row = async ({ user }: SessionAnswer) =>
      (await database.pool.query("SELECT * FROM users WHERE id = $1", [user.id])).rows[0];

    test("signs nobody in by what they had before they left", async () => {
      const session = await left(freshAccount());
      expect((await refresh(old, session.refresh_token)).status).toBe(401);
      expect((await ask(old, "GET /api/me", undefined, bearer(session))).status).toBe(401);
    });

    test("lets in who signs in there in time, and they have come back", async () => {
      const account = freshAccount();
      const session = await left(account);
      const back = await signIn(old, google, account);
      expect(back.user.id).toBe(session.user.id);
      await cleanUp();
      expect(await row(session)).toMatchObject({
        deletes_at: null,
        purged_at: null,
        name: session.user.name,
      });
      expect((await refresh(now, back.refresh_token)).body.user.id).toBe(session.user.id);
    });

    test("knows nobody who was forgotten: they are new there, under a name of their own", async () => {
      const account = freshAccount();
      const session = await left(account);
      await database.pool.query("UPDATE users SET deletes_at = now() WHERE id = $1", [session.user.id]);
      await cleanUp();
      expect((await row(session)).purged_at).not.toBeNull();
      expect((await refresh(old, session.refresh_token)).status).toBe(401);
      const newcomer = await signIn(old, google, account);
      expect(newcomer.user.id).not.toBe(session.user.id);
      expect(await row(session)).toMatchObject({ name: "", email: "" });
    });
  },
);
