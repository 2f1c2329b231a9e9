import { isPictureUrl } from "../users/picture-url";
import type { Identity, Profile } from "./provider";

type Claims = Record<string, unknown>;

/**
 * Reads the identity out of an id token's, token info's or userinfo's members (OpenID Connect Core §5.1).
 * @returns null without a usable `sub`
 */
export function identityOf(provider: string, claims: Claims): Identity | null {
  if (typeof claims.sub !== "string" || claims.sub === "" || claims.sub.length > 255) return null;
  return {
    provider,
    subject: claims.sub,
    email: text(claims.email, 320),
    emailVerified: claims.email_verified === true || claims.email_verified === "true",
  };
}

/**
 * What the same members tell for a first sign-in. A picture that no player could set is none.
 * @param onThisMachine whether the provider runs on it, as a stand-in does, and serves its pictures there
 */
export function profileOf(claims: Claims, { onThisMachine = false } = {}): Profile {
  const { picture } = claims;
  const fits = typeof picture === "string" && isPictureUrl(picture, { orLoopback: onThisMachine });
  return {
    name: text(claims.given_name, 200) ?? text(claims.name, 200),
    picture: fits ? picture : null,
  };
}

/** The same for an issuer that knows people by another name than their own (OpenID Connect Core §5.1). */
export function personOf(claims: Claims, options = {}): Profile {
  const profile = profileOf(claims, options);
  const name = profile.name ?? text(claims.nickname, 200) ?? text(claims.preferred_username, 200);
  return { ...profile, name };
}

/** Null for what no column takes. */
function text(value: unknown, maximum: number): string | null {
  return typeof value === "string" &&
    value !== "" &&
    value.length <= maximum &&
    value.isWellFormed() &&
    !value.includes("\0")
    ? value
    : null;
}
