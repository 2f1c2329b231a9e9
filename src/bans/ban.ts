import type { By } from "../audit/event";
import { ApiError } from "../errors";
import { record } from "../linking/record";
import type { AccountChangeStore } from "../linking/store";
import { lockPlayer } from "../studio/lock-player";
import type { StudioDeps } from "../studio/studio-deps";
import type { Ban } from "./banned";
import type { Named } from "./identity-hashes";

/** In code points. */
const MAXIMUM_REASON = 500;

/**
 * Bans a player, or changes the ban of one who is banned: they cannot sign in, and their tokens are good for nothing. No
 * session is ended, so that their devices go on when the ban is over. Their identities are banned with them, those
 * included that they took away lately: nobody signs up with one or adds it, even when the player has left.
 * @param ban its `reason` is told to the player; `until` when it is over by itself, null: never
 * @param by a reason of its own stands in the audit; that of the ban where there is none
 * @returns the id of the change, by which it can be taken back
 * @throws {ApiError} not_found; validation_failed for a ban that is over already, and a reason of no or more than 500
 * characters
 */
export async function ban(
  { transact, clock, identityHashes }: StudioDeps,
  userId: number,
  { reason, until }: Ban & { reason: string },
  by: By,
): Promise<string> {
  const given = { reason: reason.trim(), until };
  requireValid(given, clock.now());
  const hash = await identityHashes();
  return transact(async (stores) => {
    const { accountChanges, bans, identities, users } = stores;
    await lockPlayer(stores, userId);
    const before = await users.readBan(userId);
    const bannedIdentities = await bans.take(userId);
    const after = await users.ban(userId, given);
    const own = [...(await identities.list(userId)), ...(await lately(accountChanges, userId))];
    const hashes = own.map((identity) => hash(identity)[0]);
    await bans.put(userId, hashes, given);
    const change = { kind: "ban", before, after, bannedIdentities } as const;
    return record(stores, clock, userId, change, { ...by, reason: by.reason ?? given.reason });
  });
}

/** What a player has taken from themselves in the last 30 days, and could sign up with. */
async function lately(accountChanges: AccountChangeStore, userId: number): Promise<Named[]> {
  const unlinks = await accountChanges.list(userId, ["unlink"]);
  return unlinks.flatMap((change) => (change.kind === "unlink" ? (change.identities as Named[]) : []));
}

function requireValid({ reason, until }: Ban & { reason: string }, now: Date): void {
  const length = Array.from(reason).length;
  if (length === 0 || length > MAXIMUM_REASON || reason.includes("\0"))
    throw invalid("reason", `A reason has 1 to ${MAXIMUM_REASON} characters.`);
  if (until && !(until > now)) throw invalid("until", "A ban ends in the future.");
}

function invalid(path: string, message: string): ApiError {
  return new ApiError("validation_failed", { message, fields: { fields: [{ path, message }] } });
}
