import { readdirSync, readFileSync } from "node:fs";

const TICKS_PER_SECOND = Number(Bun.spawnSync(["getconf", "CLK_TCK"]).stdout.toString()) || 100;

/** What /proc knows of one process. */
type Stat = { parent: number; ownTicks: number; reapedTicks: number };

function stat(pid: number): Stat | null {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = line
      .slice(line.lastIndexOf(")") + 2)
      .split(" ")
      .map(Number);
    const at = (field: number) => fields[field - 3] ?? 0;
    return { parent: at(4), ownTicks: at(14) + at(15), reapedTicks: at(16) + at(17) };
  } catch {
    return null;
  }
}

/** CPU seconds, user and system, of a process and its threads. */
export function cpuSeconds(pid: number): number {
  return (stat(pid)?.ownTicks ?? 0) / TICKS_PER_SECOND;
}

/** CPU seconds of a process, of its living children, and of those it has outlived. */
export function treeCpuSeconds(root: number): number {
  let ticks = 0;
  for (const name of readdirSync("/proc")) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const found = stat(pid);
    if (found && (pid === root || found.parent === root)) ticks += found.ownTicks;
    if (found && pid === root) ticks += found.reapedTicks;
  }
  return ticks / TICKS_PER_SECOND;
}

/** Resident memory in MB (10^6 bytes). */
export function residentMegabytes(pid: number): number {
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return (Number(line?.[1] ?? 0) * 1_024) / 1e6;
}

/** Processes that a process has started and that still run. */
export function childrenOf(parent: number): number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && stat(pid)?.parent === parent);
}
