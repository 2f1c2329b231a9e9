import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isInstalled } from "./installed";
import { freePort } from "./postgres";

const BINARY = "/usr/sbin/haproxy";
const PATIENCE_MS = 15_000;

export type RunningHaproxy = {
  /** Where it takes requests for the server behind it. */
  origin: string;
  /** What its health check last saw, as in `L7OK 200`; resolves once a check has ended. */
  checkStatus(): Promise<string>;
  stop(): Promise<void>;
};

export const haproxyAvailable = () => isInstalled(BINARY, "HAProxy");

/**
 * A real HAProxy in front of a server, with the default timeouts of its manual.
 * @param backend lines of the backend section: how it checks, what it changes
 */
export async function startHaproxy(
  server: { origin: string },
  backend: string[],
  port?: number,
): Promise<RunningHaproxy> {
  const folder = mkdtempSync(join(tmpdir(), "account-server-haproxy-"));
  port ??= await freePort();
  const { host } = new URL(server.origin);
  const config = [
    "global",
    `  stats socket ${folder}/stats mode 600 level user`,
    "defaults",
    "  mode http",
    "  timeout connect 5s",
    "  timeout client 60s",
    "  timeout server 60s",
    "  timeout check 10s",
    "frontend players",
    `  bind 127.0.0.1:${port}`,
    "  default_backend accounts",
    "backend accounts",
    ...backend.map((line) => `  ${line}`),
    `  server one ${host} check inter 2s fall 3 rise 1`,
    "",
  ];
  const child = spawnHaproxy(folder, config);
  const stop = async () => {
    child.kill("SIGKILL");
    await child.exited;
    rmSync(folder, { recursive: true, force: true });
  };
  const checkStatus = async () => {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const status = await lastCheck(join(folder, "stats"));
      if (status && !status.startsWith("*")) return status;
      if (performance.now() > deadline) throw new Error(`HAProxy tells no check: ${status}`);
      await Bun.sleep(50);
    }
  };
  return { origin: `http://127.0.0.1:${port}`, checkStatus, stop };
}

/**
 * HAProxy itself.
 * @param folder gets its configuration, and what it prints as `haproxy.log`
 * @param config lines, as its manual has them
 */
export function spawnHaproxy(folder: string, config: string[]): Bun.Subprocess {
  writeFileSync(join(folder, "haproxy.cfg"), config.join("\n"));
  const log = openSync(join(folder, "haproxy.log"), "a");
  const command = [BINARY, "-db", "-f", join(folder, "haproxy.cfg")];
  const child = Bun.spawn(command, { stdin: "ignore", stdout: log, stderr: log });
  closeSync(log);
  return child;
}

/** `check_status` and `check_code` of the one server, from the statistics socket. */
async function lastCheck(socketPath: string): Promise<string> {
  const csv = await new Promise<string>((resolve) => {
    let text = "";
    const socket = connect(socketPath, () => socket.write("show stat\n"));
    socket.on("data", (chunk) => {
      text += chunk;
    });
    socket.on("error", () => resolve(""));
    socket.on("close", () => resolve(text));
  });
  const [head = "", ...rows] = csv.replace("# ", "").split("\n");
  const row = rows.find((line) => line.startsWith("accounts,one,"))?.split(",") ?? [];
  const cell = (name: string) => row[head.split(",").indexOf(name)] ?? "";
  const status = cell("check_status");
  return status && `${status} ${cell("check_code")}`;
}
