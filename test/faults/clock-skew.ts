import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { newGame, signedInRedirect } from "../support/authorization";
import { ask, bearer, freshAccount, googleTokens, refresh } from "../support/client";
import type { Proof } from "../support/proof";
import { letTimePass, sessionIdOf } from "../support/session-row";
import { googleOf, serverFolder, spawnServer } from "../support/spawned-server";
import { databaseOf } from "../support/test-database";

const PRELOAD = resolve(import.meta.dirname, "../support/clock-preload.ts");
const SKEW_MS = 300_000;
const GRACE_SECONDS = 60;

export const clockSkew: Proof = {
  name: "clocks ±5 min",
  title:
    "S41 replicas whose clocks are five minutes slow and fast agree on every token, grace and login code",
  database: "postgres",
  shortRounds: 4,
  longRounds: 200,
  share: 1,
  async prepare(run) {
    const google = googleOf(run.world);
    const database = await databaseOf(run.world);
    const origins = await Promise.all(
      [-SKEW_MS, SKEW_MS].map(async (offset) => {
        const folder = serverFolder(run.world);
        writeFileSync(join(folder, "clock-offset"), String(offset));
        const env = { ...google.env, ...database.env() };
        const server = await spawnServer({ folder, env, preload: PRELOAD });
        run.world.defer(() => server.kill());
        return server.origin;
      }),
    );

    return async (round) => {
      run.fault();
      const [here = "", there = ""] = round % 2 ? origins : origins.toReversed();
      const { id_token } = await googleTokens(google, freshAccount());
      const { status, body: session } = await ask(here, "POST /api/login", { id_token });
      run.check(status === 200, `Google's id token is accepted (${status})`);
      const me = await ask(there, "GET /api/me", undefined, bearer(session));
      run.check(me.status === 200, `the other replica takes the access token (${me.status})`);

      const successor = await refresh(there, session.refresh_token);
      await letTimePass(database.pool, sessionIdOf(session), GRACE_SECONDS - 10);
      const repeated = await refresh(here, session.refresh_token);
      run.check(
        repeated.status === 200 && repeated.body.refresh_token === successor.body.refresh_token,
        `within the grace the successor is the same (${repeated.status})`,
      );
      await letTimePass(database.pool, sessionIdOf(session), 10);
      const late = await refresh(round % 3 ? here : there, session.refresh_token);
      run.check(late.body.code === "invalid_grant", `past the grace it is a replay (${late.status})`);

      const game = newGame();
      const redirect = await signedInRedirect({ origin: here }, game);
      const redeemed = await ask(there, "POST /api/login", {
        login_code: redirect.searchParams.get("code"),
        code_verifier: game.codeVerifier,
      });
      run.check(redeemed.status === 200, `a fresh login code is good everywhere (${redeemed.status})`);
      const stale = await signedInRedirect({ origin: here }, game);
      await database.pool.query("UPDATE login_codes SET created_at = created_at - interval '60 s'");
      const refused = await ask(there, "POST /api/login", {
        login_code: stale.searchParams.get("code"),
        code_verifier: game.codeVerifier,
      });
      run.check(refused.status === 401, `one of a minute ago is good nowhere (${refused.status})`);
    };
  },
};
