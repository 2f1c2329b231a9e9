import type { StaffRole } from "../roles/role";
import type { UserRow } from "../users/store";

/** One of the studio's people, signed in to the console. */
export type Staff = {
  user: UserRow;
  role: StaffRole;
  sessionId: string;
  /** Whether they signed in within the last five minutes. */
  isFresh: boolean;
};
