import { existsSync } from "node:fs";
import { binaries } from "../support/postgres";

/** What a fleet is made of, by Debian's package, and where each has its program. */
const PROGRAMS: Record<string, () => boolean> = {
  postgresql: () => binaries() !== null,
  patroni: () => existsSync("/usr/bin/patroni"),
  // What Patroni speaks to etcd with; another store would do for its own dependency.
  "python3-etcd": () => existsSync("/usr/lib/python3/dist-packages/etcd"),
  "etcd-server": () => existsSync("/usr/bin/etcd"),
  pgbouncer: () => existsSync("/usr/sbin/pgbouncer"),
  haproxy: () => existsSync("/usr/sbin/haproxy"),
  "redis-server": () => Bun.which("redis-server") !== null || Bun.which("valkey-server") !== null,
};

/** The packages that are not installed here. @param programs by package, whether it is */
export function missingPackages(programs = PROGRAMS): string[] {
  return Object.keys(programs).filter((name) => !programs[name]?.());
}

/** What an operator types to have them. */
export function installLine(packages: string[]): string {
  return `sudo apt-get install --no-install-recommends ${packages.join(" ")}`;
}
