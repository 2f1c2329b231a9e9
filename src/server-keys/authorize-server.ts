import { ApiError } from "../errors";
import type { RequestContext } from "../http/context";
import type { Limits } from "../limits/limits";
import { type ServerKeyScope, serverKeyIn } from "./server-key";
import type { ServerKeyStore } from "./store";

export type AuthorizeServerDeps = { serverKeys: ServerKeyStore; limits: Pick<Limits, "forgedToken"> };

/** Who asks: a server's key, and the game server that it redeems join tickets for. */
export type Caller = { keyId: string; serverName: string | null };

/**
 * Lets a request of a server of the studio's pass, by its key.
 * @throws {ApiError} unauthorized without a key; invalid_token for one that is unknown or revoked; insufficient_scope for
 * one that was not made for this; rate_limited for too many made-up ones
 */
export async function authorizeServer(
  { serverKeys, limits }: AuthorizeServerDeps,
  headers: Headers,
  scope: ServerKeyScope,
  { ip }: RequestContext,
): Promise<Caller> {
  if (!headers.has("authorization"))
    throw new ApiError("unauthorized", { message: "This request needs the key of a server." });
  const key = serverKeyIn(headers);
  const known = key === null ? null : await serverKeys.use(key);
  if (!known) {
    await limits.forgedToken(ip);
    throw new ApiError("invalid_token", { message: "The server's key is unknown or revoked." });
  }
  if (!known.scopes.includes(scope))
    throw new ApiError("insufficient_scope", { message: "This key was not made for that." });
  return { keyId: known.id, serverName: known.server };
}
