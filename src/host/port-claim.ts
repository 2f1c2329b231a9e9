import { once } from "node:events";
import { createServer, type ListenOptions, type Server } from "node:net";

/** `Runtime["claimSharedPort"]` with `node:net`. */
export async function claimSharedPort(host: string, port: number): Promise<() => void> {
  // Without SO_REUSEPORT the kernel refuses a port that anybody listens on.
  const first = await bound({ host, port });
  await new Promise((done) => first.close(done));
  if (process.platform !== "linux") return () => {};
  // Two that start at once both find the port free. A name in Linux's abstract namespace has one holder, and is free
  // again when its process ends, however it ends.
  const claim = await bound({ path: `\0account-server ${host} ${port}` });
  return () => void claim.close();
}

async function bound(options: ListenOptions): Promise<Server> {
  const server = createServer().listen(options);
  await once(server, "listening");
  return server;
}
