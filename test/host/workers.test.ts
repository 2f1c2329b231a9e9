import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type PostgresConfig, withClient } from "../../src/db/postgres";
import { signIn } from "../support/client";
import { type Host, startHost } from "../support/host";
import { type HostileGoogle, startHostileGoogle } from "../support/hostile-google";
import { freePort, postgresAvailable, testPostgres } from "../support/postgres";
import { environment } from "../support/prisma-cli";
import { get } from "../support/requests";
import { CLIENT_ID, CLIENT_SECRET, JWT_SECRET } from "../support/server";

// A process starts within a second, and within many on a busy machine.
setDefaultTimeout(60_000);

const TEN_MEGABYTES = 10 * 1024 * 1024;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "account-server-workers-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const configure = (workers: number | "auto") =>
  writeFileSync(join(folder, "config.yml"), `server:\n  workers: ${workers}\n`);

const until = async <T>(look: () => T | undefined): Promise<T> => {
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    await Bun.sleep(20);
  }
};

test("the embedded database refuses more than one worker", async () => {
  configure(2);
  const host = startHost({ cwd: folder });
  expect(await host.exited).toBe(78);
  expect(host.stderr()).toContain("server.workers: the embedded database serves one process only");
});

describe.skipIf(!postgresAvailable() || process.platform !== "linux")("two workers on PostgreSQL", () => {
  test("share a port; a dead one is replaced; SIGTERM and the end of the first end the other", async () => {
    configure(2);
    const database = await (await testPostgres()).createDatabase();
    const env = {
      ...environment(database),
      JWT_SECRET,
      GOOGLE_CLIENT_ID: CLIENT_ID,
      GOOGLE_CLIENT_SECRET: CLIENT_SECRET,
    };
    const server = startHost({ cwd: folder, env });
    const origin = await server.ready();
    const first = await until(() => childOf(server.pid));
    await until(() => (listeners(origin) === 2 ? true : undefined));
    process.kill(first, "SIGKILL");
    const second = await until(() => [childOf(server.pid)].find((pid) => pid && pid !== first));
    await until(() => (listeners(origin) === 2 ? true : undefined));
    for (let n = 0; n < 8; n++) expect((await get({ origin }, "/health/ready")).status).toBe(200);
    server.kill("SIGTERM");
    expect(await server.exited).toBe(0);
    expect(isRunning(second)).toBe(false);

    const other = startHost({ cwd: folder, env });
    const at = await other.ready();
    const worker = await until(() => childOf(other.pid));
    await until(() => (listeners(at) === 2 ? true : undefined));
    other.kill("SIGKILL");
    await until(() => (isRunning(worker) ? undefined : true));
  });
});

describe.skipIf(!postgresAvailable() || process.platform !== "linux")("a port that workers share", () => {
  const hosts: Host[] = [];
  afterEach(async () => {
    for (const host of hosts) host.kill("SIGTERM");
    await Promise.all(hosts.splice(0).map(({ exited }) => exited));
  });
  const settings = async (port: number) => ({
    ...environment(await (await testPostgres()).createDatabase()),
    JWT_SECRET,
    GOOGLE_CLIENT_ID: CLIENT_ID,
    GOOGLE_CLIENT_SECRET: CLIENT_SECRET,
    SERVER_PORT: String(port),
  });
  const start = (env: Record<string, string>) => {
    const host = startHost({ cwd: folder, env });
    hosts.push(host);
    return host;
  };
  const refusal = (port: number) =>
    `Port ${port} on 127.0.0.1 is taken; stop what listens there or set SERVER_PORT.\n`;

  test("is refused to a second server, whichever of the two has workers, and free once the first has ended", async () => {
    const port = await freePort();
    const env = await settings(port);
    configure(2);
    const first = start(env);
    await first.ready();
    const second = start(env);
    expect([await second.exited, second.stderr()]).toEqual([1, refusal(port)]);
    configure(1);
    const alone = start(env);
    expect([await alone.exited, alone.stderr()]).toEqual([1, refusal(port)]);
    first.kill("SIGTERM");
    expect(await first.exited).toBe(0);
    const next = start(env);
    await next.ready();
    configure(2);
    const late = start(env);
    expect([await late.exited, late.stderr()]).toEqual([1, refusal(port)]);
  });

  test("goes to one of two servers that start at once", async () => {
    const port = await freePort();
    const env = await settings(port);
    configure(2);
    const together = Array.from({ length: 3 }, () => start(env));
    const starts = await Promise.all(
      together.map((host) => Promise.race([host.ready().then(() => null), host.exited])),
    );
    expect(starts.filter((code) => code === null)).toHaveLength(1);
    for (const [index, code] of starts.entries()) {
      if (code !== null) expect([code, together[index]?.stderr()]).toEqual([1, refusal(port)]);
    }
  });
});

describe.skipIf(!postgresAvailable() || process.platform !== "linux")(
  "a worker whose first process is killed",
  () => {
    test.each([0, 100, 300, 500])(
      "ends by itself, also while it starts (%i ms after it was started)",
      async (ms) => {
        configure(2);
        const server = startHost({
          cwd: folder,
          env: {
            ...environment(await (await testPostgres()).createDatabase()),
            JWT_SECRET,
            GOOGLE_CLIENT_ID: CLIENT_ID,
            GOOGLE_CLIENT_SECRET: CLIENT_SECRET,
          },
        });
        const worker = await until(() => childOf(server.pid));
        await Bun.sleep(ms);
        server.kill("SIGKILL");
        await until(() => (isRunning(worker) ? undefined : true));
        await server.exited;
      },
    );
  },
);

describe.skipIf(!postgresAvailable() || process.platform !== "linux")(
  "a worker that is started again",
  () => {
    let database: PostgresConfig;
    let server: Host;
    let origin: string;
    const start = async (env: Record<string, string> = {}) => {
      configure(2);
      database = await (await testPostgres()).createDatabase();
      server = startHost({ cwd: folder, env: { ...environment(database), ...env } });
      origin = await server.ready();
      await until(() => (listeners(origin) === 2 ? true : undefined));
    };
    const killWorker = () => process.kill(childOf(server.pid)!, "SIGKILL");
    afterEach(async () => {
      server.kill("SIGTERM");
      await server.exited;
    });

    test("goes by what the first process read, whatever .env and config.yml have become", async () => {
      await start();
      writeFileSync(join(folder, ".env"), "SERVER_PUBLIC_URL=https://other.example\n");
      writeFileSync(join(folder, "config.yml"), "server:\n  workers: 2\n  explorer: false\n");
      killWorker();
      await until(() => (listeners(origin) === 1 ? true : undefined));
      await until(() => (listeners(origin) === 2 ? true : undefined));
      for (let n = 0; n < 24; n++) {
        const answer = await fetch(`${origin}/swagger/explorer.css`, { keepalive: false });
        expect([answer.status, answer.headers.get("strict-transport-security")]).toEqual([200, null]);
      }
    });

    test("signs players in with the local Google of the first process", async () => {
      await start();
      killWorker();
      await until(() => (listeners(origin) === 1 ? true : undefined));
      await until(() => (listeners(origin) === 2 ? true : undefined));
      const [google = ""] = await server.shows(
        /http:\/\/127\.0\.0\.1:\d+(?= +\(a local stand-in, not Google\))/,
      );
      for (let n = 0; n < 12; n++) await signIn(origin, { origin: google });
    });

    test("is not, when no start can mend what is wrong: that is an error in the log, once", async () => {
      await start();
      truncateSync(join(folder, "data", "jwt-secret"));
      killWorker();
      await server.shows(/"level":"error"[^\n]*a worker cannot start as it is set up[^\n]*\n/);
      await Bun.sleep(2_500);
      expect(childOf(server.pid)).toBeUndefined();
      expect(server.stdout().match(/a worker cannot start/g)).toHaveLength(1);
      expect((await get({ origin }, "/health/ready")).status).toBe(200);
    });

    test("is started later each time that it does not get going, and serves once it can", async () => {
      await start();
      const rename = (from: string, to: string) =>
        withClient(database, (client) => client.query(`ALTER TABLE ${from} RENAME TO ${to}`));
      await rename("_prisma_migrations", "hidden");
      killWorker();
      await server.shows(/"pause_ms":1000.*"pause_ms":2000.*"pause_ms":4000/s);
      await rename("hidden", "_prisma_migrations");
      await until(() => (listeners(origin) === 2 ? true : undefined));
    });
  },
);

describe.skipIf(!postgresAvailable() || process.platform !== "linux")("the log of two workers", () => {
  let google: HostileGoogle;
  let server: Host;
  let origin: string;
  let worker: number;

  beforeEach(async () => {
    configure(2);
    google = await startHostileGoogle();
    const env = {
      ...environment(await (await testPostgres()).createDatabase()),
      JWT_SECRET,
      GOOGLE_CLIENT_ID: CLIENT_ID,
      GOOGLE_CLIENT_SECRET: CLIENT_SECRET,
      GOOGLE_TOKEN_INFO_URL: google.urls.tokenInfo,
      GOOGLE_USERINFO_URL: google.urls.userinfo,
      RATE_LIMIT: "off",
    };
    server = startHost({ cwd: folder, env });
    origin = await server.ready();
    worker = await until(() => childOf(server.pid));
    await until(() => (listeners(origin) === 2 ? true : undefined));
  });
  afterEach(async () => {
    server.kill("SIGKILL");
    await server.exited;
    await until(() => (isRunning(worker) ? undefined : true));
    await google.stop();
  });

  const log = join("logs", "login.log");
  const idsIn = (...files: string[]) =>
    files
      .filter((file) => existsSync(join(folder, file)))
      .flatMap((file) => readFileSync(join(folder, file), "utf8").replaceAll("\0", "").split("\n"))
      .filter(Boolean)
      .map((line) => JSON.parse(line).request_id as string);
  /** Refusals, each on a connection of its own so that both processes get some. */
  const refusals = async (name: string, count = 200) => {
    const ids = Array.from({ length: count }, (_, n) => `${name}-${n}`);
    const ask = (id: string) =>
      fetch(`${origin}/api/me`, { headers: { "x-request-id": id }, keepalive: false });
    await Promise.all(ids.map(async (id) => (await ask(id)).text()));
    return ids;
  };
  const written = (ids: string[], ...files: string[]) =>
    until(() => (idsIn(...files).length >= ids.length ? true : undefined));

  test("goes through the first process: no line is lost or cut while the file is rotated, moved or deleted", async () => {
    const before = await refusals("before");
    await written(before, log);
    truncateSync(join(folder, log), TEN_MEGABYTES);
    const rotated = await refusals("rotated");
    await written([...before, ...rotated], log, `${log}.1`);
    renameSync(join(folder, log), join(folder, "moved.log"));
    const moved = await refusals("moved");
    await written(moved, log);
    rmSync(join(folder, log));
    const deleted = await refusals("deleted");
    server.kill("SIGTERM");
    expect(await server.exited).toBe(0);
    const all = idsIn(`${log}.1`, "moved.log", log);
    expect(all.toSorted()).toEqual([...before, ...rotated, ...deleted].toSorted());
    expect(server.stdout()).not.toContain("login.log cannot be written");
    for (const line of server
      .stdout()
      .split("\n")
      .filter((each) => each.startsWith("{"))) {
      expect(() => JSON.parse(line)).not.toThrow();
    }
    expect(server.stdout().match(/"event":"refused"/g)).toHaveLength(800);
  });

  test("outlives a worker that is killed with its lines on the way", async () => {
    const load = Array.from({ length: 10 }, async (_, n) => {
      // Those that the killed worker had accepted fail, and are of no interest.
      await refusals(`amid-${n}`, 100).catch(() => {});
    });
    await Bun.sleep(60);
    process.kill(worker, "SIGKILL");
    await Promise.all(load);
    const after = await refusals("after", 20);
    await until(() => (after.every((id) => idsIn(log).includes(id)) ? true : undefined));
    worker = await until(() => [childOf(server.pid)].find((pid) => pid && pid !== worker));
    expect(server.stderr()).toBe("");
  });

  test("is the worker's own once the first process is gone", async () => {
    const asked = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<void>();
    let waiting = 0;
    google.misbehave("userinfo", async () => {
      if (++waiting === 16) asked.resolve();
      await answer.promise;
      return Response.json({ sub: "hostile-1", given_name: "Slow" });
    });
    const logins = Array.from({ length: 16 }, async (_, n) => {
      const response = await fetch(`${origin}/api/login`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-request-id": `login-${n}` },
        body: JSON.stringify({ access_token: "ya29.x" }),
        keepalive: false,
      });
      return response.status === 200 ? `login-${n}` : null;
    });
    const settling = Promise.allSettled(logins);
    await asked.promise;
    server.kill("SIGKILL");
    await until(() => (isRunning(server.pid) ? undefined : true));
    answer.resolve();
    const settled = await settling;
    const answered = settled.map((each) => (each.status === "fulfilled" ? each.value : null)).filter(Boolean);
    expect(answered.length).toBeGreaterThan(0);
    await until(() => (isRunning(worker) ? undefined : true));
    expect([...new Set(idsIn(log))].toSorted()).toEqual(answered.toSorted() as string[]);
  });
});

/** The child of a process, in Linux's own words. */
function childOf(pid: number): number | undefined {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  return children ? Number(children.split(" ")[0]) : undefined;
}

/** How many sockets listen on a port. */
function listeners(origin: string): number {
  const port = Number(new URL(origin).port).toString(16).toUpperCase().padStart(4, "0");
  const rows = readFileSync("/proc/net/tcp", "utf8").split("\n");
  return rows.filter((row) => row.includes(`:${port} 00000000:0000 0A`)).length;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
