import type { UserRow } from "../users/store";

/** The roles that the console lets in; who has both is an admin. */
export type StaffRole = "admin" | "moderator";

/** One of the studio's people, signed in to the console. */
export type Staff = {
  user: UserRow;
  role: StaffRole;
  sessionId: string;
  /** Whether they signed in within the last five minutes. */
  isFresh: boolean;
};

/** @returns null for a player whom the console does not let in */
export function staffRole({ roles }: Pick<UserRow, "roles">): StaffRole | null {
  const own = roles.split(",");
  if (own.includes("admin")) return "admin";
  return own.includes("moderator") ? "moderator" : null;
}
