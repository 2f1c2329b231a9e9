import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Pool } from "pg";
import { loadConfig } from "../../src/config/config";
import { openEmbedded } from "../../src/db/embedded";
import { loadKeyRing } from "../../src/session/keys";
import type { SessionAnswer } from "../../src/session/model";
import { createRefreshKeyRing } from "../../src/session/refresh-keys";
import { createRefreshTokens } from "../../src/session/refresh-token";
import { locationOf, newGame, pickAtGoogle, startUrl } from "../support/authorization";
import { ask, bearer, freshAccount, freshName, googleTokens, refresh, signIn } from "../support/client";
import { postgresAvailable } from "../support/postgres";
import { previousRelease, previousReleaseAvailable, prisma, prismaBeside } from "../support/previous-release";
import { googleOf, serverFolder, spawnServer } from "../support/spawned-server";
import { emptyDatabaseOf, type TestDatabase } from "../support/test-database";

setDefaultTimeout(120_000);

const ROOT = resolve(import.meta.dirname, "../..");
const PLAYERS = 100_000;
/** Of those, how many are looked at one by one. */
const SAMPLE = 200;
const CONTRACT = readFileSync(
  join(import.meta.dirname, "../fixtures/next-release/contract-identities.sql"),
  "utf8",
);

/** As the release before had them: a player, signed in on one device, for each number from 1000000 on. */
async function fill(pool: Pool): Promise<void> {
  await pool.query(
    `INSERT INTO users (id, google_id, email, email_verified, name, name_folded, name_skeleton)
     SELECT 1000000 + n, 'sub-' || n, CASE WHEN n % 10 = 0 THEN '' ELSE n || '@players.example' END, n % 2 = 0,
       'Old' || n, 'old' || n, 'old' || n
     FROM generate_series(0, $1::int - 1) AS n`,
    [PLAYERS],
  );
  await pool.query(
    `INSERT INTO refresh_tokens (id, user_id)
     SELECT ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 1000000 + n
     FROM generate_series(0, $1::int - 1) AS n`,
    [PLAYERS],
  );
}

/** The refresh token of the n-th of them. */
async function tokenMaker(secret: string) {
  const { security } = loadConfig({ cwd: import.meta.dirname, env: { JWT_SECRET: secret } });
  const tokens = createRefreshTokens(
    createRefreshKeyRing(security.refreshTokens, await loadKeyRing(security, "")),
  );
  return (n: number) =>
    tokens.issue({
      sessionId: `01900000-0000-7000-8000-${n.toString(16).padStart(12, "0")}`,
      generation: 0,
    });
}

async function expectEverybodyHasAnIdentity(pool: Pool): Promise<void> {
  const { rows } = await pool.query(
    `SELECT count(*)::int AS players, count(i.subject)::int AS identities,
       count(*) FILTER (WHERE i.subject = u.google_id AND i.email IS NOT DISTINCT FROM nullif(u.email, '')
         AND i.email_verified = u.email_verified)::int AS exact
     FROM users AS u LEFT JOIN identities AS i ON i.user_id = u.id`,
  );
  const [{ players }] = rows;
  expect(players).toBeGreaterThanOrEqual(PLAYERS);
  expect(rows).toEqual([{ players, identities: players, exact: players }]);
}

/** A sample of the players that were there: each still signed in, and who they were. */
async function expectSignedIn(origin: string, token: (n: number) => string): Promise<void> {
  const numbers = Array.from({ length: SAMPLE }, (_, n) => n * Math.floor(PLAYERS / SAMPLE));
  const answers = [];
  for (const n of numbers) answers.push(await refresh(origin, token(n)));
  expect(answers.map(({ status }) => status)).toEqual(Array(SAMPLE).fill(200));
  expect(answers.map(({ body }) => [body.user.id, body.user.name, body.user.email])).toEqual(
    numbers.map((n) => [1_000_000 + n, `Old${n}`, n % 10 === 0 ? "" : `${n}@players.example`]),
  );
}

describe.skipIf(!previousReleaseAvailable())("a database that the release before filled", () => {
  const world = new AsyncDisposableStack();
  let before: string;
  beforeAll(() => {
    before = previousRelease(world);
  });
  afterAll(() => world.disposeAsync());

  test("embedded: a start migrates it; ids stay, nobody is signed out, and a sign-in finds its player", async () => {
    const google = googleOf(world);
    const folder = serverFolder(world);
    const account = freshAccount();
    const entry = join(before, "src/index.ts");
    const old = await spawnServer({ folder, env: google.env, entry });
    const session = await signIn(old.origin, google, account);
    expect(await old.terminate()).toBe(0);

    const files = await openEmbedded(join(folder, "data"));
    await fill(files.pool);
    await files.close();

    const now = await spawnServer({ folder, env: google.env });
    world.defer(() => now.kill());
    await expectSignedIn(now.origin, await tokenMaker(google.env.JWT_SECRET as string));
    expect((await refresh(now.origin, session.refresh_token)).body.user.id).toBe(session.user.id);
    const returned = await signIn(now.origin, google, account);
    expect(returned.user.id).toBe(session.user.id);
    const rename = (as: SessionAnswer, new_username: string) =>
      ask(now.origin, "POST /api/update_username", { new_username }, bearer(as));
    const other = await signIn(now.origin, google);
    expect((await rename(returned, freshName())).status).toBe(200);
    expect((await rename(other, session.user.name)).body.code).toBe("username_taken");
    expect((await rename(returned, session.user.name)).status).toBe(200);
    expect(await now.terminate()).toBe(0);

    const after = await openEmbedded(join(folder, "data"));
    await expectEverybodyHasAnIdentity(after.pool);
    await after.close();
  });

  describe.skipIf(!postgresAvailable())("PostgreSQL, with the release before serving on", () => {
    let google: ReturnType<typeof googleOf>;
    let database: TestDatabase;
    let old: string;
    let now: string;
    let session: SessionAnswer;
    const account = freshAccount();
    const bothWays = () =>
      [
        [old, now],
        [now, old],
      ] as const;
    const traffic = { going: true, requests: 0, refused: [] as string[], done: Promise.resolve() };

    /** Players of the old server who refresh, rename and sign in all the while. */
    async function play(): Promise<void> {
      let { refresh_token } = await signIn(old, google);
      while (traffic.going) {
        const refreshed = await refresh(old, refresh_token);
        ({ refresh_token } = refreshed.body);
        const renamed = await ask(
          old,
          "POST /api/update_username",
          { new_username: freshName() },
          bearer(refreshed.body),
        );
        const { access_token } = await googleTokens(google);
        const newcomer = await ask(old, "POST /api/login", { access_token });
        for (const { status, body } of [refreshed, renamed, newcomer]) {
          traffic.requests++;
          if (status !== 200) traffic.refused.push(`${status} ${body.code}`);
        }
      }
    }

    beforeAll(async () => {
      google = googleOf(world);
      database = await emptyDatabaseOf(world);
      const env = { ...google.env, ...database.env() };
      expect(prisma(before, env, "migrate", "deploy").exitCode).toBe(0);
      await fill(database.pool);
      const entry = join(before, "src/index.ts");
      const first = await spawnServer({ folder: serverFolder(world), env, entry });
      world.defer(() => first.kill());
      old = first.origin;
      session = await signIn(old, google, account);
      traffic.done = Promise.all([play(), play()]).then(() => {});
      const { output } = await prismaBeside(ROOT, env, "migrate", "deploy");
      expect(output).toContain("successfully applied");
      const second = await spawnServer({ folder: serverFolder(world), env });
      world.defer(() => second.kill());
      now = second.origin;
    });
    afterAll(() => {
      traffic.going = false;
      return traffic.done;
    });

    test("a hundred thousand players keep their ids and their sessions", async () => {
      await expectSignedIn(now, await tokenMaker(google.env.JWT_SECRET as string));
    });

    test("a session goes on at both, by turns", async () => {
      let { refresh_token } = session;
      for (const origin of [now, old, now, old, now]) {
        const { status, body } = await refresh(origin, refresh_token);
        expect([status, body.user.id]).toEqual([200, session.user.id]);
        ({ refresh_token } = body);
      }
    });

    test("an access token of the release before works at this one", async () => {
      const { body } = await refresh(old, (await signIn(old, google)).refresh_token);
      expect((await ask(now, "GET /api/me", undefined, bearer(body))).status).toBe(200);
    });

    test("who signed up at one signs in at the other", async () => {
      for (const [here, there] of bothWays()) {
        const somebody = freshAccount();
        const { user } = await signIn(here, google, somebody);
        expect((await signIn(there, google, somebody)).user.id).toBe(user.id);
      }
    });

    test("S16 first sign-ins at both at once make one player", async () => {
      for (let round = 0; round < 40; round++) {
        const somebody = freshAccount();
        const sessions = await Promise.all(
          [old, now, old, now, now, old].map((origin) => signIn(origin, google, somebody)),
        );
        expect(new Set(sessions.map(({ user }) => user.id)).size).toBe(1);
      }
    });

    test("a sign-in page begun at the release before is finished here, and redeemed at either", async () => {
      for (const redeeming of [old, now]) {
        const [here, there] = [old, now];
        const asking = newGame();
        const somebody = freshAccount();
        const atGoogle = await locationOf(startUrl({ origin: here }, asking));
        // Google returns to the address that the code was asked for, on whichever server answers there.
        atGoogle.searchParams.set(
          "redirect_uri",
          `http://localhost:${new URL(there).port}/auth/google/callback`,
        );
        const back = await pickAtGoogle(atGoogle, somebody);
        const home = await locationOf(new URL(back.pathname + back.search, there));
        const { status, body } = await ask(redeeming, "POST /api/login", {
          login_code: home.searchParams.get("code"),
          code_verifier: asking.codeVerifier,
        });
        expect(status).toBe(200);
        expect((await signIn(there, google, somebody)).user.id).toBe(body.user.id);
      }
    });

    test("a name from the release before, once it is given up at either, is kept for its player", async () => {
      const token = await tokenMaker(google.env.JWT_SECRET as string);
      const other = await signIn(now, google);
      const rename = (origin: string, as: SessionAnswer, new_username: string) =>
        ask(origin, "POST /api/update_username", { new_username }, bearer(as));
      for (const [n, giving] of [
        [30, now],
        [35, old],
      ] as const) {
        const { body: owner } = await refresh(giving, token(n));
        expect(owner.user.name).toBe(`Old${n}`);
        expect((await rename(giving, owner, freshName())).status).toBe(200);
        for (const claimed of [`Old${n}`, `OLD${n}`, `old${n}`])
          expect((await rename(now, other, claimed)).body.code).toBe("username_taken");
        expect((await rename(now, owner, `OLD${n}`)).body.user.name).toBe(`OLD${n}`);
      }
    });

    test("who writes the own name in another way may do so at either, by turns", async () => {
      const player = await signIn(old, google);
      const name = freshName();
      for (const [origin, new_username] of [
        [now, name],
        [old, name.toUpperCase()],
        [now, name],
        [old, freshName()],
        [old, name],
        [now, name.toUpperCase()],
      ] as const) {
        const { status } = await ask(origin, "POST /api/update_username", { new_username }, bearer(player));
        expect(status).toBe(200);
      }
    });

    test("an email that Google does not tell is empty at both", async () => {
      const reply = await ask(google.origin, "POST /local/tokens", { account: freshAccount(), email: null });
      const { access_token } = reply.body as { access_token: string };
      for (const origin of [now, old]) {
        const { status, body } = await ask(origin, "POST /api/login", { access_token });
        expect([status, body.user.email]).toEqual([200, ""]);
      }
    });

    test("all the while nobody was refused anything at the release before", async () => {
      traffic.going = false;
      await traffic.done;
      expect(traffic.requests).toBeGreaterThan(50);
      expect(traffic.refused).toEqual([]);
      await expectEverybodyHasAnIdentity(database.pool);
    });

    test("after the second step of the next release this one serves on", async () => {
      await database.pool.query(CONTRACT);
      expect((await signIn(now, google, account)).user.id).toBe(session.user.id);
      const newcomer = await signIn(now, google);
      expect((await refresh(now, newcomer.refresh_token)).status).toBe(200);
      const picture = await ask(now, "POST /api/update_picture", { new_picture: "hat" }, bearer(newcomer));
      expect([picture.status, picture.body.user.picture]).toEqual([200, "hat"]);
      const asking = newGame();
      const back = await pickAtGoogle(await locationOf(startUrl({ origin: now }, asking)), freshAccount());
      const home = await locationOf(new URL(back.pathname + back.search, now));
      const login_code = home.searchParams.get("code");
      const login = { login_code, code_verifier: asking.codeVerifier };
      expect((await ask(now, "POST /api/login", login)).status).toBe(200);
    });
  });
});
