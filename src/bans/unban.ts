import type { By } from "../audit/event";
import { record } from "../linking/record";
import { lockPlayer } from "../studio/lock-player";
import type { StudioDeps } from "../studio/studio-deps";
import { NO_BAN } from "../users/store";

/**
 * Ends a player's ban, and that of their identities.
 * @returns the id of the change, by which it can be taken back; null when there was no ban
 * @throws {ApiError} not_found
 */
export async function unban({ transact, clock }: StudioDeps, userId: number, by: By): Promise<string | null> {
  return transact(async (stores) => {
    const { bans, users } = stores;
    await lockPlayer(stores, userId);
    const before = await users.readBan(userId);
    if (before.banned_at === null) return null;
    await users.replaceBan(userId, before, NO_BAN);
    const bannedIdentities = await bans.take(userId);
    return record(stores, clock, userId, { kind: "unban", before, after: NO_BAN, bannedIdentities }, by);
  });
}
