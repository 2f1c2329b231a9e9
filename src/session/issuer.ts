import type { ServerConfig } from "../config/config";
import { createOwnUrl } from "../http/own-url";

/** Who tokens are from: this server, by its public address (RFC 8414 §2). */
export type Issuer = {
  /** What new tokens say. */
  current(): string;
  /** Whether a token is from this server, or another one of the same deployment. */
  accepts(issuer: unknown): boolean;
};

/** In tokens of the release before; the next one drops it. */
const EARLIER_ISSUER = "robotouille-account-server";

/** Without a public address servers of one deployment differ in their ports. */
const THIS_MACHINE = /^http:\/\/localhost:\d{1,5}$/;

/** @param boundPort the port that is listened on, once it is known */
export function createIssuer(
  server: Pick<ServerConfig, "publicUrl" | "port">,
  boundPort: () => number | undefined = () => undefined,
): Issuer {
  const ownUrl = createOwnUrl(server);
  const { publicUrl } = server;
  return {
    current: () => ownUrl(boundPort()),
    accepts(issuer) {
      if (typeof issuer !== "string") return false;
      if (issuer === EARLIER_ISSUER) return true;
      return publicUrl === null ? THIS_MACHINE.test(issuer) : issuer === publicUrl;
    },
  };
}
