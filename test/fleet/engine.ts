import { chmodSync, chownSync, closeSync, mkdirSync, openSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { asPostgresUser } from "../support/postgres";

/** Makes a folder for one engine. @param ofPostgres whether the user that PostgreSQL runs as owns it */
export function engineFolder(home: string, name: string, ofPostgres = false): string {
  const folder = join(home, name);
  mkdirSync(folder, { mode: 0o700 });
  if (ofPostgres && asPostgresUser().length > 0) {
    // Whom the home does not belong to has to get through it.
    chmodSync(home, 0o711);
    chownSync(folder, Number(Bun.spawnSync(["id", "-u", "postgres"]).stdout), 0);
  }
  return folder;
}

/** Starts a program that goes on until it is told to end; what it prints is added to `log` in its folder. */
export function startEngine(folder: string, command: string[], env: Record<string, string> = {}) {
  const log = openSync(join(folder, "log"), "a");
  const child = Bun.spawn(command, {
    cwd: folder,
    env: { PATH: process.env.PATH ?? "", HOME: folder, LC_ALL: "C.UTF-8", ...env },
    stdin: "ignore",
    stdout: log,
    stderr: log,
  });
  closeSync(log);
  return child;
}

/** Ends a program. Resolves when it is gone; what has not gone within `patienceMs` is killed. */
export async function endEngine(child: Bun.Subprocess, signal: NodeJS.Signals, patienceMs = 5_000) {
  child.kill(signal);
  const timer = setTimeout(() => child.kill("SIGKILL"), patienceMs);
  await child.exited;
  clearTimeout(timer);
}

/** A process and all that descend from it, eldest first; none when it is gone. */
export function processTree(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const entry of readdirSync("/proc")) {
    const child = Number(entry);
    if (Number.isInteger(child)) parents.set(child, parentOf(child));
  }
  const tree = parents.has(pid) ? [pid] : [];
  for (const parent of tree) for (const [child, of] of parents) if (of === parent) tree.push(child);
  return tree;
}

/** Sends a signal to each that is still there. */
export function signalAll(pids: number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // Gone already.
    }
  }
}

/** By `/proc/<pid>/stat`, where the name in parentheses may have anything in it. */
function parentOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return 0;
  }
}
