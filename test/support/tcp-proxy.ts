import { connect, createServer, type Socket } from "node:net";

export type TcpProxy = {
  port: number;
  /** `silent`: nothing gets through, nobody is told. `refusing`: connections end at once. */
  mode: "open" | "silent" | "refusing";
  /** Resets every connection there is. */
  cut(): void;
  close(): Promise<void>;
};

/** Stands between a client and a server on 127.0.0.1 and misbehaves as a network does. */
export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
  };
  const server = createServer((client) => {
    if (proxy.mode === "refusing") {
      client.destroy();
      return;
    }
    keep(client);
    const target = connect(targetPort, "127.0.0.1");
    keep(target);
    client
      .on("data", (data) => proxy.mode === "open" && target.write(data))
      .on("close", () => target.destroy());
    target
      .on("data", (data) => proxy.mode === "open" && client.write(data))
      .on("close", () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const proxy: TcpProxy = {
    port: (server.address() as { port: number }).port,
    mode: "open",
    cut() {
      for (const socket of sockets) socket.destroy();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        proxy.cut();
      }),
  };
  return proxy;
}
