import { connect, createServer, type Socket } from "node:net";

/** A wire that can be made bad. What is set applies to the connections that exist as well. */
export type TcpProxy = {
  origin: string;
  port: number;
  /** Milliseconds that every chunk takes, in each direction. */
  latencyMs: number;
  /** Milliseconds between the end that one side sends and the end that the other side sees. */
  slowCloseMs: number;
  /** Bytes that each connection still gets of its answers; then it is over. */
  cutAnswerAfter: number;
  /** Bytes that answers have had in all. */
  answeredBytes: number;
  /** Half-open: connections are accepted and stay, and nothing passes through them, now or ever again. */
  silent: boolean;
  /** Connections are reset as soon as they are there. */
  refusing: boolean;
  /** Resets (RST) every connection. */
  reset(): void;
  close(): Promise<void>;
};

/** A TCP proxy on 127.0.0.1 in front of another port there, which may change between connections. */
export async function startTcpProxy(targetPort: number | (() => number)): Promise<TcpProxy> {
  const portNow = typeof targetPort === "number" ? () => targetPort : targetPort;
  const sockets = new Set<Socket>();
  const track = (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
    return socket;
  };
  const listener = createServer({ allowHalfOpen: true }, (client) => {
    track(client);
    if (proxy.refusing) return client.resetAndDestroy();
    const server = track(connect({ port: portNow(), host: "127.0.0.1", allowHalfOpen: true }));
    const wire = { forgotten: false };
    let answered = 0;
    pipe(wire, client, server, (chunk) => server.write(chunk));
    pipe(wire, server, client, (chunk) => {
      const rest = Math.max(proxy.cutAnswerAfter - answered, 0);
      answered += chunk.length;
      proxy.answeredBytes += chunk.length;
      client.write(chunk.subarray(0, rest));
      if (chunk.length <= rest) return;
      client.end();
      server.destroy();
    });
  });
  const pipe = (wire: { forgotten: boolean }, from: Socket, to: Socket, write: (chunk: Buffer) => void) => {
    let turn = Promise.resolve();
    const inTurn = (delayMs: number, work: () => void) => {
      wire.forgotten ||= proxy.silent;
      if (wire.forgotten) return;
      turn = turn.then(async () => {
        if (delayMs > 0) await Bun.sleep(delayMs);
        wire.forgotten ||= proxy.silent;
        if (!wire.forgotten && !to.destroyed) work();
      });
    };
    from.on("data", (chunk: Buffer) => inTurn(proxy.latencyMs, () => write(chunk)));
    from.on("end", () => inTurn(proxy.slowCloseMs, () => to.end()));
    from.on("close", (failed) => failed && inTurn(0, () => to.resetAndDestroy()));
  };
  await new Promise<void>((listening) => listener.listen(0, "127.0.0.1", listening));
  const { port } = listener.address() as { port: number };
  const proxy: TcpProxy = {
    origin: `http://127.0.0.1:${port}`,
    port,
    latencyMs: 0,
    slowCloseMs: 0,
    cutAnswerAfter: Number.POSITIVE_INFINITY,
    answeredBytes: 0,
    silent: false,
    refusing: false,
    reset() {
      for (const socket of sockets) socket.resetAndDestroy();
    },
    close() {
      const closed = new Promise<void>((done) => listener.close(() => done()));
      for (const socket of sockets) socket.destroy();
      return closed;
    },
  };
  return proxy;
}
