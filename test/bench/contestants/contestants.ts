import { mkdirSync, openSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { freePort } from "../../support/postgres";
import { type Cluster, eventually } from "../lib/cluster";
import { childrenOf, cpuSeconds, residentMegabytes } from "../lib/proc";
import type { World } from "../lib/world";

export const CONTESTANTS = {
  server: "this server",
  bound: "the bound",
  "better-auth": "better-auth",
  prisma: "plain Prisma",
} as const;

export type ContestantName = keyof typeof CONTESTANTS;

export type Contestant<Name extends Started = ContestantName> = {
  name: Name;
  port: number;
  pid: number;
  /** With its workers. */
  pids(): number[];
  /** User and system, with its workers. */
  cpuSeconds(): number;
  residentMegabytes(): number;
  /** From the start of the process to its first answer. */
  startedInMs: number;
  stop(): Promise<void>;
};

const ROOT = resolve(import.meta.dirname, "../../..");

/** Of what game servers ask, which has a bound of its own. */
export type Started = ContestantName | "game-server-bound";

const SCRIPTS: Record<Started, string> = {
  server: join(ROOT, "src/index.ts"),
  bound: join(import.meta.dirname, "bound.ts"),
  "better-auth": join(import.meta.dirname, "better-auth.ts"),
  prisma: join(import.meta.dirname, "plain-prisma.ts"),
  "game-server-bound": join(import.meta.dirname, "game-server-bound.ts"),
};

export type StartOptions = {
  /** Absent: the embedded database. */
  database?: string;
  /** `server.workers` of this server. */
  workers?: number;
  env?: Record<string, string>;
  /** What `config.yml` has beside. */
  file?: object;
  bunFlags?: string[];
};

/** Starts a contestant in a process and a folder of its own; its terminal output goes to a file, as a service's would. */
export async function startContestant<Name extends Started>(
  name: Name,
  { cluster, world }: { cluster: Cluster; world: World },
  { database, workers, env = {}, file = {}, bunFlags = [] }: StartOptions = {},
): Promise<Contestant<Name>> {
  const port = await freePort();
  const folder = join(world.folder, `${name}-${port}`);
  mkdirSync(folder);
  const settings = { ...file, server: { trusted_proxies: ["127.0.0.1"], ...(workers ? { workers } : {}) } };
  writeFileSync(join(folder, "config.yml"), JSON.stringify(settings));
  const output = openSync(join(folder, "output.txt"), "w");
  const start = performance.now();
  const child = Bun.spawn([process.execPath, ...bunFlags, SCRIPTS[name]], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      // Bun keeps there what it has translated from TypeScript.
      HOME: process.env.HOME,
      ...world.env,
      SERVER_PORT: String(port),
      ...(database ? { DATABASE_URL: cluster.url(database) } : {}),
      ...env,
    },
    stdout: output,
    stderr: output,
  });
  const answered = eventually(async () => {
    await (await fetch(`http://127.0.0.1:${port}/health/ready`)).text();
  });
  const died = child.exited.then(async () => {
    throw new Error(`${name} did not start:\n${await Bun.file(join(folder, "output.txt")).text()}`);
  });
  await Promise.race([answered, died]);
  died.catch(() => {});
  const startedInMs = performance.now() - start;
  const all = () => [child.pid, ...childrenOf(child.pid)];
  const sum = (of: (pid: number) => number) => all().reduce((total, pid) => total + of(pid), 0);
  return {
    name,
    port,
    pid: child.pid,
    pids: all,
    startedInMs,
    cpuSeconds: () => sum(cpuSeconds),
    residentMegabytes: () => sum(residentMegabytes),
    async stop() {
      child.kill("SIGTERM");
      await child.exited;
    },
  };
}
