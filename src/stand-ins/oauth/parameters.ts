import { OAuthError } from "./oauth-error";

/** OAuth parameters by name; an empty one counts as absent (RFC 6749 §3.1). */
export type Parameters = ReadonlyMap<string, string>;

/**
 * Reads a query or a form body.
 *
 * @throws {OAuthError} `invalid_request` when a parameter is repeated (RFC 6749 §3.1, §3.2).
 */
export function readParameters(encoded: string): Parameters {
  const parameters = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(encoded)) {
    if (value === "") continue;
    if (parameters.has(name)) throw new OAuthError("invalid_request", `Parameter given twice: ${name}`);
    parameters.set(name, value);
  }
  return parameters;
}

/** @throws {OAuthError} `invalid_request` when the parameter is absent. */
export function required(parameters: Parameters, name: string): string {
  const value = parameters.get(name);
  if (value === undefined) throw new OAuthError("invalid_request", `Missing required parameter: ${name}`);
  return value;
}

/** The token of an `Authorization: Bearer` header (RFC 6750 §2.1). */
export function bearerToken(request: Request): string | undefined {
  return /^Bearer +(\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
}
