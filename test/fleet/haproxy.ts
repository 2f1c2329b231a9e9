import { spawnHaproxy } from "../support/haproxy";
import { endEngine, engineFolder } from "./engine";
import type { Ground } from "./ground";

/** Where HAProxy listens: for the servers, which want the leader, and for players. */
export type Listening = { leaderPort: number; playersPort: number };

/**
 * HAProxy before both: SQL goes to whichever member Patroni calls the primary, and players go to the servers.
 * @param servers the ports of the servers
 */
export function startHaproxy(
  { world, home }: Ground,
  { leaderPort, playersPort }: Listening,
  members: { name: string; port: number; restPort: number }[],
  servers: number[],
): void {
  const config = [
    "defaults",
    "  timeout connect 3s",
    "  timeout check 5s",
    "  default-server inter 1s fall 3 rise 1",
    "listen leader",
    "  mode tcp",
    `  bind 127.0.0.1:${leaderPort}`,
    "  timeout client 30m",
    "  timeout server 30m",
    "  option httpchk OPTIONS /primary",
    "  http-check expect status 200",
    "  default-server on-marked-down shutdown-sessions",
    ...members.map(({ name, port, restPort }) => `  server ${name} 127.0.0.1:${port} check port ${restPort}`),
    "listen players",
    "  mode http",
    `  bind 127.0.0.1:${playersPort}`,
    "  timeout client 60s",
    "  timeout server 60s",
    "  option forwardfor",
    // Whether the process is there. Ready they are all or none: they share the database.
    "  option httpchk GET /health/live",
    // Only what reached no server is sent to another.
    "  option redispatch 1",
    "  retries 3",
    ...servers.map((port, index) => `  server server${index + 1} 127.0.0.1:${port} check`),
    "",
  ];
  const child = spawnHaproxy(engineFolder(home, "haproxy"), config);
  world.defer(() => endEngine(child, "SIGTERM"));
}
