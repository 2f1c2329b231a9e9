import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { exportJWK, generateKeyPair } from "jose";
import { boundedAnswers } from "../support/bounded";
import { ask, bearer, refresh } from "../support/client";
import { googleUrlVariables } from "../support/google-urls";
import { startHostileGoogle } from "../support/hostile-google";
import type { Proof, Run } from "../support/proof";
import { CLIENT_ID, CLIENT_SECRET, JWT_SECRET } from "../support/server";
import { serverFolder, spawnServer } from "../support/spawned-server";
import { databaseOf } from "../support/test-database";

const PRELOAD = resolve(import.meta.dirname, "../support/clock-preload.ts");
const COOLDOWN_SECONDS = 30;
const KEY_AGE_SECONDS = 600;
const OUTAGE_SECONDS = 86_400;

/** A Google that does as it is told, and a server whose clock the proof moves, for Google's keys are kept long. */
async function serverOfHostileGoogle(run: Run) {
  const google = await startHostileGoogle();
  run.world.defer(() => google.stop());
  const database = await databaseOf(run.world);
  const folder = serverFolder(run.world);
  let seconds = 0;
  const letTimePass = (more: number) => {
    seconds += more;
    writeFileSync(join(folder, "time-passed"), String(seconds * 1_000));
  };
  letTimePass(0);
  const env = {
    ...database.env(),
    JWT_SECRET,
    GOOGLE_CLIENT_ID: CLIENT_ID,
    GOOGLE_CLIENT_SECRET: CLIENT_SECRET,
    ...googleUrlVariables(google.urls),
  };
  const { origin, kill } = await spawnServer({ folder, env, preload: PRELOAD });
  run.world.defer(kill);
  const login = (proof: object) => ask(origin, "POST /api/login", proof);
  const idToken = (header?: object, key?: CryptoKey) => {
    const now = Math.floor(Date.now() / 1_000);
    return google.idToken({ iat: now, exp: now + 3_600 }, { ...header }, key);
  };
  return { google, database, origin, login, idToken, letTimePass };
}

const MISBEHAVIOURS: Record<string, (trap: string) => Response | Promise<Response>> = {
  "slow-loris": () =>
    new Response(new ReadableStream({ pull: drip }), { headers: { "content-length": "900" } }),
  endless: () => new Response(new ReadableStream({ pull: pour })),
  "429": () => Response.json({}, { status: 429, headers: { "retry-after": "3600" } }),
  redirect: (trap) => Response.redirect(trap, 302),
  HTML: () => new Response("<!doctype html><p>Sorry", { headers: { "content-type": "text/html" } }),
  "500": () => Response.json({}, { status: 500 }),
  silence: () => new Promise<Response>(() => {}),
};

async function drip(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
  await Bun.sleep(100);
  controller.enqueue(new TextEncoder().encode(" "));
}

function pour(controller: ReadableStreamDefaultController<Uint8Array>): void {
  controller.enqueue(new Uint8Array(65_536).fill(0x20));
}

export const googleMisbehaves: Proof = {
  name: "Google misbehaving",
  title:
    "S12 S13 Google slow, failing, redirecting or answering HTML: 503 in time, and players who are in play on",
  database: "postgres",
  shortRounds: 4,
  longRounds: 60,
  share: 2,
  async prepare(run) {
    const { google, database, origin, login, idToken, letTimePass } = await serverOfHostileGoogle(run);
    const trap = google.urls.auth.replace(/auth$/, "trap");
    const subjectOf = (request: Request) =>
      request.headers.get("authorization")?.slice("Bearer ".length) ?? "";
    const tokenInfo = (sub: string) => Response.json({ sub, aud: CLIENT_ID, scope: "openid" });
    google.misbehave("tokenInfo", (request) => tokenInfo(subjectOf(request)));
    google.misbehave("userinfo", (request) => Response.json({ sub: subjectOf(request) }));
    let resident = (await login({ access_token: "resident" })).body;

    const names = run.random.shuffled(Object.keys(MISBEHAVIOURS));

    return async (round) => {
      const name = names[round % names.length] ?? "";
      const misbehave = () => MISBEHAVIOURS[name]?.(trap) ?? Response.error();
      const bounded = boundedAnswers(run, name);
      google.behave();
      // Of two newcomers one is stopped at token info, the other at userinfo.
      const newcomers = [`early-${round}`, `late-${round}`];
      google.misbehave("tokenInfo", (request) => {
        const sub = subjectOf(request);
        return sub === newcomers[0] ? misbehave() : tokenInfo(sub);
      });
      for (const endpoint of ["userinfo", "token", "certs"] as const) google.misbehave(endpoint, misbehave);
      // Keys that the round before left are of use in every other round.
      const keysServe = round % 2 === 0;
      letTimePass(KEY_AGE_SECONDS + 1 + (keysServe ? 0 : OUTAGE_SECONDS));
      const code = { code: "4/any", code_verifier: "v".repeat(43), redirect_uri: "http://127.0.0.1:5000/" };
      const proofs = [...newcomers.map((access_token) => ({ access_token })), code];
      const id_token = await idToken();
      run.fault(proofs.length + 1);
      const logins = proofs.map((proof) => bounded(() => login(proof)));
      const loginByIdToken = bounded(() => login({ id_token }));

      const begin = performance.now();
      const refreshed = await refresh(origin, resident.refresh_token);
      const me = await ask(origin, "GET /api/me", undefined, bearer(refreshed.body));
      run.check(refreshed.status === 200 && me.status === 200, `${name}: who is in plays on`);
      run.check(performance.now() - begin < 3_000, `${name}: and does not wait for Google`);
      resident = refreshed.body;

      for (const reply of await Promise.all(logins)) {
        run.check(
          reply?.body.code === "google_unavailable",
          `${name}: not ${reply?.status} ${reply?.body.code}`,
        );
      }
      const withKeys = await loginByIdToken;
      run.check(
        keysServe ? withKeys?.status === 200 : withKeys?.body.code === "google_unavailable",
        `${name}: keys that ${keysServe ? "serve" : "are a day too old"} (${withKeys?.status})`,
      );
      run.check(
        !google.requests.some(({ endpoint }) => endpoint === "trap"),
        `${name}: no redirect is followed`,
      );
      const { rowCount } = await database.pool.query("SELECT FROM identities WHERE subject = ANY($1)", [
        newcomers,
      ]);
      run.check(rowCount === 0, `${name}: nobody is half signed up`);

      google.behave();
      google.misbehave("tokenInfo", (request) => tokenInfo(subjectOf(request)));
      google.misbehave("userinfo", (request) => Response.json({ sub: subjectOf(request) }));
      letTimePass(COOLDOWN_SECONDS + 1);
      const { status } = await login({ access_token: newcomers[0] });
      run.check(status === 200, `${name}: afterwards the newcomer is in (${status})`);
      const byIdToken = await login({ id_token: await idToken() });
      run.check(byIdToken.status === 200, `${name}: afterwards the keys are there (${byIdToken.status})`);
    };
  },
};

export const googleKeys: Proof = {
  name: "Google's keys",
  title:
    "S14 Google's keys rotate amid a flood of unknown key ids: one fetch in thirty seconds, and every true token is taken",
  database: "postgres",
  shortRounds: 2,
  longRounds: 60,
  share: 1,
  async prepare(run) {
    const { google, login, idToken, letTimePass } = await serverOfHostileGoogle(run);
    return async () => {
      letTimePass(KEY_AGE_SECONDS + 1);
      google.behave();
      const flood = async (tokens: number) => {
        run.fault(tokens);
        const made = await Promise.all(
          Array.from({ length: tokens }, () => idToken({ kid: run.random.fraction().toString(36) })),
        );
        const replies = await Promise.all(made.map((id_token) => login({ id_token })));
        run.check(
          replies.every(({ status }) => status === 401),
          "every made-up key id is refused",
        );
      };
      for (let thirds = 1; thirds <= 3; thirds++) {
        await flood(run.random.integer(20, 60));
        const true_ = await login({ id_token: await idToken() });
        run.check(true_.status === 200, `a true token is taken amid the flood (${true_.status})`);
        run.check(
          google.asked("certs") === thirds,
          `${google.asked("certs")} fetches in ${thirds} cooldowns`,
        );
        letTimePass(COOLDOWN_SECONDS + 1);
      }
      const { privateKey, publicKey } = await generateKeyPair("RS256");
      const kid = `rotated-${run.rounds}`;
      google.publish([{ ...(await exportJWK(publicKey)), kid, alg: "RS256", use: "sig" }]);
      const rotated = await login({ id_token: await idToken({ kid }, privateKey) });
      run.check(rotated.status === 200, `the new key's token is taken (${rotated.status})`);
      const withdrawn = await login({ id_token: await idToken() });
      run.check(withdrawn.status === 401, `the withdrawn key's is not (${withdrawn.status})`);
    };
  },
};
