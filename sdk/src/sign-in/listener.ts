import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { AccountError } from "../errors.ts";

const FREE_PORT_TRIES = 5;

export interface Binding {
  /** 0 for any free port. */
  port: number;
  /** Whether no other port will do. */
  exact: boolean;
  /** Whether the browser reaches the listener as `localhost`, which may mean `::1` as well as `127.0.0.1`. */
  localhost: boolean;
}

export interface Listener {
  readonly port: number;
  close(): Promise<void>;
}

/** Listens on loopback alone. @throws AccountError `port_busy` */
export async function listenOnLoopback(binding: Binding, answer: RequestListener): Promise<Listener> {
  const first = await listenOnPort(binding.port, binding.localhost, answer);
  if (first) return first;
  for (let tries = 0; !binding.exact && tries < FREE_PORT_TRIES; tries++) {
    const other = await listenOnPort(0, binding.localhost, answer);
    if (other) return other;
  }
  throw new AccountError(
    "port_busy",
    `Port ${binding.port} of this computer is taken; another program listens on it.`,
  );
}

async function listenOnPort(
  port: number,
  localhost: boolean,
  answer: RequestListener,
): Promise<Listener | null> {
  const servers: Server[] = [];
  const close = async () => {
    await Promise.all(servers.map(stop));
  };
  try {
    const server = await start(port, "127.0.0.1", answer);
    servers.push(server);
    const bound = (server.address() as AddressInfo).port;
    if (localhost) servers.push(...(await startIPv6(bound, answer)));
    return { port: bound, close };
  } catch (error) {
    await close();
    if (["EADDRINUSE", "EACCES"].includes(codeOf(error))) return null;
    throw error;
  }
}

/** Nothing where the computer has no IPv6. */
async function startIPv6(port: number, answer: RequestListener): Promise<Server[]> {
  try {
    return [await start(port, "::1", answer)];
  } catch (error) {
    if (["EADDRNOTAVAIL", "EAFNOSUPPORT"].includes(codeOf(error))) return [];
    throw error;
  }
}

function start(port: number, host: string, answer: RequestListener): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer(answer);
    server.once("error", reject);
    server.listen({ port, host, exclusive: true }, () => resolve(server));
  });
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? "";
}
