import { listenOn } from "./listen";

const UNUSED_SOCKET = { data() {} };

/**
 * Claims a port that several processes of one server are to share: SO_REUSEPORT alone would let a second server in as
 * well, and the kernel would spread the players over both.
 * @returns gives the claim up
 * @throws {ListenError} when another program, or a server that starts at the same moment, has the port
 */
export function claimSharedPort(host: string, port: number): () => void {
  // Without SO_REUSEPORT the kernel refuses a port that anybody listens on.
  listenOn(host, port, () => Bun.listen({ hostname: host, port, socket: UNUSED_SOCKET })).stop(true);
  if (process.platform !== "linux") return () => {};
  // Two that start at once both find the port free. A name in Linux's abstract namespace has one holder, and is free
  // again when its process ends, however it ends.
  const name = `\0account-server ${host} ${port}`;
  const claim = listenOn(host, port, () => Bun.listen({ unix: name, socket: UNUSED_SOCKET }));
  return () => claim.stop(true);
}
