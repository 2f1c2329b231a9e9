import { OAuthError } from "../oauth/oauth-error";

const SCOPES = ["identify", "email", "guilds", "rpc.activities.write", "openid"];

/**
 * Reads a scope that a game may ask for.
 * @throws {OAuthError} `invalid_scope`
 */
export function parseScope(scope: string): string[] {
  const scopes = scope.split(" ").filter((word) => word !== "");
  const known = scopes.length > 0 && scopes.every((word) => SCOPES.includes(word));
  if (!known) throw new OAuthError("invalid_scope", "The requested scope is invalid, unknown, or malformed.");
  return scopes;
}
