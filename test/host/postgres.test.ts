import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SessionAnswer } from "../../src/session/model";
import { type Host, startHost } from "../support/host";
import { type HostileGoogle, startHostileGoogle } from "../support/hostile-google";
import { refresh, refreshed } from "../support/players";
import { postgresAvailable, testPostgres } from "../support/postgres";
import { environment } from "../support/prisma-cli";
import { bearer, get, post } from "../support/requests";
import { CLIENT_ID, CLIENT_SECRET, JWT_SECRET } from "../support/server";

// A process starts within a second, and within many on a busy machine.
setDefaultTimeout(60_000);

describe.skipIf(!postgresAvailable())("two servers on one PostgreSQL", () => {
  let folder: string;
  let google: HostileGoogle;
  let hosts: [Host, Host];
  let origins: { origin: string }[];
  let session: SessionAnswer;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "account-server-host-"));
    google = await startHostileGoogle();
    const database = await (await testPostgres()).createDatabase();
    const env = {
      ...environment(database),
      JWT_SECRET,
      GOOGLE_CLIENT_ID: CLIENT_ID,
      GOOGLE_CLIENT_SECRET: CLIENT_SECRET,
      GOOGLE_TOKEN_INFO_URL: google.urls.tokenInfo,
      GOOGLE_USERINFO_URL: google.urls.userinfo,
    };
    hosts = [startHost({ cwd: folder, env }), startHost({ cwd: folder, env })];
    origins = (await Promise.all(hosts.map((each) => each.ready()))).map((origin) => ({ origin }));
  });
  afterAll(async () => {
    for (const host of hosts) host.kill("SIGKILL");
    await Promise.all(hosts.map(({ exited }) => exited));
    await google.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const login = (server: { origin: string }) => post(server, "/api/login", { access_token: "ya29.x" });
  const [one, other] = [0, 1].map((index) => () => origins[index]!) as [
    () => { origin: string },
    () => { origin: string },
  ];

  test("greet with the database and Google, and without a secret", () => {
    for (const host of hosts) {
      expect(host.stdout()).toMatch(/Database +PostgreSQL, \S+ at 127\.0\.0\.1:\d+\n/);
      expect(host.stdout()).toMatch(/Google +accounts\.google\.com\n/);
      expect(host.stdout()).not.toContain(JWT_SECRET);
      expect(host.stdout()).not.toContain(CLIENT_SECRET);
      expect(host.stderr()).toBe("");
    }
  });

  test("S16 make one player of first sign-ins at both", async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, (_, i) => login(i % 2 ? one() : other())));
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(new Set(answers.map(({ body }) => body.user.id)).size).toBe(1);
    session = answers[0]!.body;
  });

  test("S27 take one step for parallel refreshes at both", async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => refresh(i % 2 ? one() : other(), session)),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(new Set(answers.map(({ body }) => body.refresh_token)).size).toBe(1);
    session = answers[0]!.body;
  });

  test("S38 a logout at one is heard at the other at once", async () => {
    const { body } = await login(one());
    await post(other(), "/api/logout", { refresh_token: body.refresh_token });
    expect((await get(one(), "/api/me", bearer(body))).body.code).toBe("invalid_token");
  });

  test("S60 on SIGTERM one finishes what it accepted, takes no more, and exits 0", async () => {
    const asked = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<Response>();
    const inTime = Response.json({ sub: "slow-1", email: "", given_name: "Slow" });
    google.misbehave("tokenInfo", () =>
      Response.json({ sub: "slow-1", aud: CLIENT_ID, scope: "openid", expires_in: "60" }),
    );
    google.misbehave("userinfo", () => {
      asked.resolve();
      return answer.promise;
    });
    const slow = login(one());
    await asked.promise;
    hosts[0].kill("SIGTERM");
    await hosts[0].shows(/SIGTERM: finishing what was accepted/);
    const refused = await fetch(`${one().origin}/health/live`).catch(() => null);
    answer.resolve(inTime);
    const { status, body } = await slow;
    expect(status).toBe(200);
    expect(refused).toBeNull();
    expect(await hosts[0].exited).toBe(0);
    const log = readFileSync(join(folder, "logs", "login.log"), "utf8");
    expect(log).toContain(`"event":"login","user_id":${body.user.id},`);
    google.behave();
    expect((await refresh(other(), body)).status).toBe(200);
  });

  test("the other one serves on", async () => {
    await refreshed(other(), session);
    expect((await get(other(), "/health/ready")).status).toBe(200);
  });
});
