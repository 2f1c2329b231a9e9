import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { locationOf, newGame, pickAtGoogle, startUrl } from "../support/authorization";
import { ask, bearer, freshAccount, googleTokens, refresh, signIn } from "../support/client";
import type { Proof } from "../support/proof";
import { sessionIdOf, sessionRow } from "../support/session-row";
import { googleOf, serverFolder, spawnServer } from "../support/spawned-server";
import { databaseOf } from "../support/test-database";

const PRELOAD = resolve(import.meta.dirname, "../support/clock-preload.ts");
const YEAR_MS = 366 * 86_400_000;
const OFFSETS = { "a year ahead": YEAR_MS, "a year behind": -YEAR_MS, "20 minutes ahead": 1_200_000 };
const PLAYERS = 144;
/** The clean-up of a replica comes once a minute. */
const CLEAN_UP_MS = 65_000;

export const wrongClock: Proof = {
  name: "wrong clock",
  title:
    "S41 a replica whose clock is a year off deletes no session, refuses nobody, finishes every sign-in, and says so",
  database: "postgres",
  shortRounds: 3,
  longRounds: 12,
  share: 2,
  async prepare(run) {
    const google = googleOf(run.world);
    const database = await databaseOf(run.world);
    const env = { ...google.env, ...database.env() };
    const right = await spawnServer({ folder: serverFolder(run.world), env });
    run.world.defer(() => right.kill());
    const names = Object.keys(OFFSETS) as (keyof typeof OFFSETS)[];

    return async (round) => {
      const name = names[round % names.length] as keyof typeof OFFSETS;
      const players = round > names.length ? PLAYERS : 8;
      const sessions = await Promise.all(Array.from({ length: players }, () => signIn(right.origin, google)));
      const folder = serverFolder(run.world);
      writeFileSync(join(folder, "clock-offset"), String(OFFSETS[name]));
      run.fault();
      const wrong = await spawnServer({ folder, env, preload: PRELOAD });
      const began = performance.now();
      // Standard output is written in batches.
      await Bun.sleep(200);
      run.check(
        /This machine's clock is \d+ s (ahead of|behind) the database's/.test(wrong.output()),
        `${name}: it says so`,
      );

      const { id_token } = await googleTokens(google);
      const newcomer = await ask(wrong.origin, "POST /api/login", { id_token });
      run.check(newcomer.status === 200, `${name}: Google's id token is accepted (${newcomer.status})`);
      const me = await ask(right.origin, "GET /api/me", undefined, bearer(newcomer.body));
      run.check(me.status === 200, `${name}: its access tokens are good elsewhere (${me.status})`);
      for (const [here, there] of [
        [wrong.origin, right.origin],
        [right.origin, wrong.origin],
      ] as const) {
        const game = newGame();
        const atGoogle = await locationOf(startUrl({ origin: here }, game));
        // Google returns to the address that the code was asked for, on whichever replica answers there.
        const callback = `http://localhost:${new URL(there).port}/auth/google/callback`;
        atGoogle.searchParams.set("redirect_uri", callback);
        const home = await locationOf(await pickAtGoogle(atGoogle, freshAccount()));
        const login = { login_code: home.searchParams.get("code"), code_verifier: game.codeVerifier };
        const { status } = await ask(here, "POST /api/login", login);
        run.check(status === 200, `${name}: a sign-in across the replicas is finished (${status})`);
      }
      if (round > names.length) await Bun.sleep(Math.max(0, CLEAN_UP_MS - (performance.now() - began)));
      for (const session of sessions) {
        const row = await sessionRow(database.pool, sessionIdOf(session));
        run.check(row !== undefined, `${name}: a session is still there`);
      }
      const [some] = sessions;
      if (some) {
        const { status } = await refresh(wrong.origin, some.refresh_token);
        run.check(status === 200, `${name}: and refreshes there (${status})`);
      }
      await wrong.kill();
    };
  },
};
