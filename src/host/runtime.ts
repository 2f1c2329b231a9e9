import type { HostServer } from "../http/host-server";
import type { Fetch } from "../identity/provider";

/** What runs the server. Each has one file here, which alone names it; a build takes one of them. */
export type Runtime = {
  name: "bun" | "node" | "deno";
  version: string;
  /**
   * Listens on a port, or rejects with the system's error.
   */
  listen(options: ListenOptions): Promise<Listener>;
  /** Makes sure that nobody else has a port that several processes of this server are to share. @returns gives it up */
  claimSharedPort(host: string, port: number): Promise<() => void>;
  /** Starts another process of this server. */
  startWorker(options: WorkerOptions): WorkerProcess;
  /** This process's end of the channel to the one that started it. */
  firstProcess: FirstProcess;
  /** Milliseconds since some moment, by a clock that nobody sets. */
  monotonicNow(): number;
  /** As web standards have it, and `tls.serverName` names whose certificate is wanted where the URL has an address. */
  fetch: Fetch;
};

export type ListenOptions = {
  hostname: string;
  /** 0 takes any free port. */
  port: number;
  fetch(request: Request): Response | Promise<Response>;
  /** What is answered beside `fetch`, by path. */
  routes?: Record<string, (request: Request) => Promise<Response>>;
  /** Whether other processes listen on the port as well (SO_REUSEPORT). */
  reusePort?: boolean;
  /** Bytes of a body after which the connection ends. */
  maxRequestBodySize?: number;
  /** How long a connection may be idle, in seconds. */
  idleTimeout?: number;
};

export type Listener = HostServer & {
  readonly port: number;
  readonly pendingRequests: number;
  /** Takes no more connections, and resolves when the last one has ended; ends them all when told to be abrupt. */
  stop(abruptly?: boolean): Promise<void>;
  closeIdleConnections(): void;
};

export type WorkerOptions = {
  env: NodeJS.Dict<string>;
  onMessage(message: unknown, worker: WorkerProcess): void;
  onExit(worker: WorkerProcess, code: number | null): void;
};

export type WorkerProcess = {
  readonly pid: number;
  /** @throws when it has ended */
  send(message: object): unknown;
  kill(signal: NodeJS.Signals): void;
  readonly exited: Promise<unknown>;
};

/** `send` says false where the other process is gone. */
export type FirstProcess = Pick<NodeJS.Process, "on" | "once" | "off" | "connected" | "stdout"> & {
  send?(message: object): boolean;
};
