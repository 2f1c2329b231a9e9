import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startHost } from "../support/host";
import { postgresAvailable, testPostgres } from "../support/postgres";
import { environment } from "../support/prisma-cli";
import { get } from "../support/requests";
import { CLIENT_ID, CLIENT_SECRET, JWT_SECRET } from "../support/server";

// A process starts within a second, and within many on a busy machine.
setDefaultTimeout(60_000);

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
  expect(await host.exited).toBe(1);
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
