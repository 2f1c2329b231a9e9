import type { AccountChangeStore } from "../linking/store";
import type { SessionStore } from "../session/store";
import type { UserStore } from "../users/store";

export type FindLeaverDeps = { accountChanges: AccountChangeStore; sessions: SessionStore; users: UserStore };

/**
 * Finds the player of a session as {@link SessionStore.findUser} does, and also the one who has left by this very
 * session: they may ask again, when the answer was lost, and come back.
 */
export function leaversToo({
  accountChanges,
  sessions,
  users,
}: FindLeaverDeps): Pick<SessionStore, "findUser"> {
  return {
    async findUser(sessionId, userId) {
      const player = await sessions.findUser(sessionId, userId);
      if (player) return player;
      const deletion = await accountChanges.pendingDeletion(userId);
      if (deletion?.askingSession !== sessionId) return null;
      const leaver = await users.find(userId);
      return leaver?.is_banned ? null : leaver;
    },
  };
}
