import { ADMIN, MODERATOR } from "../roles/role";
import type { UserRow } from "../users/store";

/** The roles that the console lets in; who has both is an admin. */
export type StaffRole = typeof ADMIN | typeof MODERATOR;

/** One of the studio's people, signed in to the console. */
export type Staff = {
  user: UserRow;
  role: StaffRole;
  sessionId: string;
  /** Whether they signed in within the last five minutes. */
  isFresh: boolean;
};

/** @returns null for a player whom the console does not let in */
export function staffRole(roles: readonly string[]): StaffRole | null {
  return ([ADMIN, MODERATOR] as const).find((role) => roles.includes(role)) ?? null;
}
