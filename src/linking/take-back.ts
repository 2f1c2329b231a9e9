import type { By } from "../audit/event";
import type { Timepiece } from "../clock";
import { ApiError } from "../errors";
import type { Progress } from "../progress/progress";
import { type StatRules, statsWithoutMerge } from "../progress/stats";
import { newUuidv7 } from "../session/uuidv7";
import type { Stores } from "../stores";
import { isNameTaken } from "../users/store";
import { setProgress } from "./merge";
import type { AccountChange, NotedProgress } from "./store";

/**
 * Takes a change back that has not been: what it did and nothing that happened since. In the transaction in which it was
 * found.
 * @throws {ApiError} undo_conflict when what it changed is not as it left it; last_identity when the player would have no
 * way in
 */
export async function takeBack(
  stores: Stores,
  clock: Timepiece,
  rules: StatRules,
  change: AccountChange,
  by: By,
): Promise<void> {
  await restore(stores, change, rules);
  await stores.accountChanges.markUndone(change.id);
  await stores.audit.append(newUuidv7(clock), {
    action: "undo",
    userId: change.userId,
    before: { change: change.id, action: change.kind },
    ...by,
  });
}

async function restore(stores: Stores, change: AccountChange, rules: StatRules): Promise<void> {
  const { grants, identities, progress, sessions, users } = stores;
  const { userId } = change;
  const locked = await users.lock(userId, ...(change.kind === "merge" ? [change.givenUp] : []));
  switch (change.kind) {
    case "link":
      if (!(await identities.unlinkOne(userId, change.provider, change.subject)))
        throw new ApiError("undo_conflict");
      if ((await identities.list(userId)).length === 0) throw new ApiError("last_identity");
      break;
    case "unlink":
      if (!(await identities.restore(change.identities, userId))) throw new ApiError("undo_conflict");
      break;
    case "merge": {
      const { givenUp, before, after } = change;
      const kept = locked.get(userId);
      if (!kept || !(await identities.restore(change.identities, userId)))
        throw new ApiError("undo_conflict");
      await users.takeBack(givenUp, userId, change.earlier);
      const stats = (await progress.find([userId])).get(userId)?.stats ?? {};
      const now = { stars: kept.stars, level: kept.level, stats };
      await setProgress(progress, userId, now, withoutMerge(now, before, after, rules));
      if (change.consents) await grants.takeBackConsents(userId, change.consents);
      if (change.movedSession) await sessions.move(change.movedSession, userId, givenUp);
      await sessions.reopen(givenUp, change.endedSessions);
      await users.syncWithIdentities(givenUp);
      if ((await identities.list(userId)).length === 0) throw new ApiError("last_identity");
      break;
    }
    case "delete":
      await users.unmarkLeaving(userId);
      await sessions.reopen(userId, change.endedSessions);
      break;
    default:
      return restoreByStudio(stores, change);
  }
  await users.syncWithIdentities(userId);
}

type ByStudio = Exclude<AccountChange, { kind: "link" | "unlink" | "merge" | "delete" }>;

/** What none of the player's ways in has a part in. */
async function restoreByStudio({ bans, notes, sessions, users }: Stores, change: ByStudio): Promise<void> {
  const { userId } = change;
  switch (change.kind) {
    case "rename": {
      const restored = await users.restoreName(userId, change.after, change.before).catch((error) => {
        if (isNameTaken(error)) return false;
        throw error;
      });
      if (!restored) throw changedSince("name");
      return;
    }
    case "ban":
    case "unban":
      if (!(await users.replaceBan(userId, change.after, change.before))) throw changedSince("ban");
      await bans.take(userId);
      return bans.restore(change.bannedIdentities);
    case "end_sessions":
      return sessions.reopen(userId, change.endedSessions);
    case "roles":
      if (!(await users.setRoles(userId, change.after, change.before))) throw changedSince("roles");
      return;
    case "note":
      return notes.remove(change.noteId);
  }
}

/** What the kept player has won since stays theirs. */
function withoutMerge(
  now: Progress,
  before: NotedProgress,
  after: NotedProgress,
  rules: StatRules,
): Progress {
  return {
    stars: Math.max(0, before.stars + now.stars - after.stars),
    level: Math.max(1, before.level + now.level - after.level),
    stats: statsWithoutMerge(now.stats, before.stats ?? {}, after.stats ?? {}, rules),
  };
}

function changedSince(what: string): ApiError {
  return new ApiError("undo_conflict", {
    message: `This cannot be taken back any more: the ${what} was changed again since, or is somebody else's by now.`,
  });
}
