import { GUEST, type User } from "./model";
import type { UserRow } from "./store";

/** The user as clients see it: times in ISO 8601, UTC; an email that is unknown is empty. */
export function toUser({ email, providers, roles, created_at, last_login, ...rest }: UserRow): User {
  return {
    ...rest,
    guest: providers === GUEST,
    providers: providers.split(","),
    roles: roles.split(","),
    email: email ?? "",
    created_at: created_at.toISOString(),
    last_login: last_login.toISOString(),
  };
}
