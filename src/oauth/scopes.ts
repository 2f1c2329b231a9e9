import { OAuthError } from "./oauth-error";

/** What a client may ask for (OpenID Connect Core §5.4), each with what its player is told. */
export const SCOPES = {
  openid: "know you again when you come back",
  profile: "see your name and picture in the game",
  email: "see your email address",
} as const;

export type Scope = keyof typeof SCOPES;

/** RFC 6749 §3.3. */
const WELL_FORMED = /^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/;

/**
 * The scope that is granted: what of the scope asked for exists here (OpenID Connect Core §3.1.2.1).
 * @returns null where nothing is left of it, or nothing was asked for
 * @throws {OAuthError} invalid_scope
 */
export function grantedScope(asked: string | undefined): string | null {
  if (asked === undefined) return null;
  if (!WELL_FORMED.test(asked)) throw new OAuthError("invalid_scope");
  const names = asked.split(" ");
  return (
    Object.keys(SCOPES)
      .filter((name) => names.includes(name))
      .join(" ") || null
  );
}

export function hasScope(scope: string | null, wanted: Scope): boolean {
  return scopesOf(scope).includes(wanted);
}

export function scopesOf(scope: string | null): Scope[] {
  return (scope?.split(" ") ?? []).filter((name): name is Scope => Object.hasOwn(SCOPES, name));
}

/**
 * The scope of tokens that a refresh asks for (RFC 6749 §6): all that was granted, or less.
 * @throws {OAuthError} invalid_scope for more
 */
export function narrowedScope(granted: string | null, asked: string | undefined): string | null {
  if (asked === undefined) return granted;
  const names = scopesOf(granted);
  if (!WELL_FORMED.test(asked) || asked.split(" ").some((name) => !(names as string[]).includes(name)))
    throw new OAuthError("invalid_scope");
  return grantedScope(asked);
}
