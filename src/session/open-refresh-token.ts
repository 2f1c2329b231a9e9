import type { AdoptedTokenStore } from "../adopted-tokens/store";
import { ApiError } from "../errors";
import type { RequestContext } from "../http/context";
import type { Limits } from "../limits/limits";
import type { RefreshTokenContent } from "./refresh-token";
import type { SessionStore } from "./store";
import type { Tokens } from "./token-response";

export type OpenRefreshTokenDeps = {
  adoptedTokens: AdoptedTokenStore;
  sessions: SessionStore;
  tokens: Tokens;
  limits: Limits;
};

/**
 * Reads a refresh token that a client sent, of the server before this one as well.
 * @returns null for one that we never made, or whose session is over
 * @throws {ApiError} temporarily_unavailable when its session lives and this server lacks the key, as while a secret is
 * rotated replica by replica; rate_limited
 */
export async function openRefreshToken(
  { adoptedTokens, sessions, tokens, limits }: OpenRefreshTokenDeps,
  token: string,
  { ip }: RequestContext,
): Promise<RefreshTokenContent | null> {
  const opened = tokens.refresh.open(token);
  if (opened?.knownKey) return opened;
  const adopted = opened ? null : await adoptedTokens.findSession(token);
  if (adopted !== null) return { sessionId: adopted, generation: 0 };
  await limits.forgedToken(ip);
  if (!opened || !(await sessions.findAlive(opened.sessionId))) return null;
  throw new ApiError("temporarily_unavailable", { cause: "unknown_key", setting: "REFRESH_TOKEN_SECRET" });
}
