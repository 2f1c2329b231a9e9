import type { ServerConfig } from "../config/server";

/**
 * Where players reach this server, without a slash at the end: as configured, or else on this machine.
 * @param boundPort the port that is listened on, when it is known
 */
export type OwnUrl = (boundPort: number | undefined) => string;

export function createOwnUrl({ publicUrl, port }: Pick<ServerConfig, "publicUrl" | "port">): OwnUrl {
  return (boundPort) => publicUrl ?? `http://localhost:${boundPort ?? port}`;
}
