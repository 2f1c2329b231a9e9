import { isExecutable } from "../assets";
import type { ListenOptions, Runtime, WorkerProcess } from "./runtime";

const UNUSED_SOCKET = { data() {} };

export const runtime: Runtime = {
  name: "bun",
  version: Bun.version,
  listen: async (options) => listen(options),
  async claimSharedPort(host, port) {
    // Without SO_REUSEPORT the kernel refuses a port that anybody listens on.
    Bun.listen({ hostname: host, port, socket: UNUSED_SOCKET }).stop(true);
    if (process.platform !== "linux") return () => {};
    // Two that start at once both find the port free. A name in Linux's abstract namespace has one holder, and is free
    // again when its process ends, however it ends.
    const claim = Bun.listen({ unix: `\0account-server ${host} ${port}`, socket: UNUSED_SOCKET });
    return () => claim.stop(true);
  },
  startWorker({ env, onMessage, onExit }) {
    const command = isExecutable ? [process.execPath] : [process.execPath, ...process.execArgv, Bun.main];
    const child: WorkerProcess = Bun.spawn(command, {
      env,
      stdio: ["ignore", "inherit", "inherit"],
      ipc: (message) => onMessage(message, child),
      onExit: (_, code) => onExit(child, code),
    });
    return child;
  },
  firstProcess: process as Runtime["firstProcess"],
  monotonicNow: () => Bun.nanoseconds() / 1e6,
  get fetch() {
    return globalThis.fetch;
  },
};

/** Listens at once. */
export function listen(options: ListenOptions) {
  return Bun.serve(options) as Bun.Server<unknown> & { port: number };
}
