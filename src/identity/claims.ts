/** Who Google says the player is. `sub` is the identity; the email may change or be shared. */
export type GoogleIdentity = {
  sub: string;
  email: string;
  emailVerified: boolean;
};

/** What a first sign-in takes over. */
export type GoogleProfile = {
  givenName: string | undefined;
  picture: string | undefined;
};

export type VerifiedLogin = GoogleIdentity & {
  /** Asks Google only when the proof did not already carry the profile. */
  loadProfile(): Promise<GoogleProfile>;
};

type Claims = Record<string, unknown>;

/** Reads the identity out of an id token's, token info's or userinfo's members (OpenID Connect Core §5.1). */
export function identityOf(claims: Claims): GoogleIdentity | null {
  if (typeof claims.sub !== "string" || claims.sub === "" || claims.sub.length > 255) return null;
  return {
    sub: claims.sub,
    email: text(claims.email, 320) ?? "",
    emailVerified: claims.email_verified === true || claims.email_verified === "true",
  };
}

export function profileOf(claims: Claims): GoogleProfile {
  return {
    givenName: text(claims.given_name, 200) ?? text(claims.name, 200),
    picture: text(claims.picture, 2_048),
  };
}

function text(value: unknown, maximum: number): string | undefined {
  return typeof value === "string" &&
    value !== "" &&
    value.length <= maximum &&
    value.isWellFormed() &&
    !value.includes("\0")
    ? value
    : undefined;
}
