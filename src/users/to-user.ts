import { GUEST, type User } from "./model";
import type { UserRow } from "./store";

/** The user as clients see it: times in ISO 8601, UTC; an email that is unknown is empty; what was never asked is not there. */
export function toUser({
  email,
  providers,
  roles,
  created_at,
  last_login,
  terms_version,
  age_band,
  guardian_consent_at,
  ...rest
}: UserRow): User {
  return {
    ...rest,
    guest: providers === GUEST,
    providers: providers.split(","),
    roles: roles.split(","),
    email: email ?? "",
    created_at: created_at.toISOString(),
    last_login: last_login.toISOString(),
    ...(terms_version !== null && { terms_version }),
    ...(age_band !== null && { age_band }),
    ...(guardian_consent_at !== null && { guardian_consent_at: guardian_consent_at.toISOString() }),
  };
}
