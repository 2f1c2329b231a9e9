import { banOf, type LockedUser } from "../users/store";
import { toUser } from "../users/to-user";

/** A player among those who were found. */
export function foundPlayer(row: LockedUser) {
  const { id, name, email, picture, stars, level, guest, providers, roles, created_at, last_login } =
    toUser(row);
  return {
    id,
    name,
    email,
    picture,
    stars,
    level,
    guest,
    providers,
    roles,
    created_at,
    last_login,
    ban: banListed(row),
    merged_into: row.merged_into,
  };
}

export type FoundPlayer = ReturnType<typeof foundPlayer>;

/** The ban of a player; null when they are not banned at this moment. */
function banListed(row: LockedUser) {
  if (!row.is_banned) return null;
  const { reason, until } = banOf(row);
  return {
    reason,
    since: row.banned_at?.toISOString() ?? null,
    until: until?.toISOString() ?? null,
  };
}
