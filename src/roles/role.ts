/** What every player is. */
export const PLAYER = "player";

/** The studio's own people, of any game. */
export const MODERATOR = "moderator";
export const ADMIN = "admin";

/** The roles that are there without any setting. */
export const BUILT_IN_ROLES = [PLAYER, MODERATOR, ADMIN] as const;

/** What a role of a game's own is called. */
export const ROLE_NAME = /^[a-z][a-z0-9_]{0,31}$/;

/** The roles of the studio's own people; who has both is an admin. */
export type StaffRole = typeof ADMIN | typeof MODERATOR;

/** @returns null for who is none of the studio's people */
export function staffRole(roles: readonly string[]): StaffRole | null {
  return ([ADMIN, MODERATOR] as const).find((role) => roles.includes(role)) ?? null;
}
