import type { HashIdentity } from "../bans/identity-hashes";
import { isLockTimeout, isRetryable, uniqueViolation } from "../db/errors";
import { GOOGLE } from "../identity/provider";
import type { ImportedIdentity } from "../identity/store";
import { PLAYER } from "../roles/role";
import type { Stores } from "../stores";
import { type ImportedUser, isNameTaken } from "../users/store";
import type { BatchPlan, NewPlayer } from "./plan-batch";
import type { FileIdentity } from "./player";

/** What a plan counted on is no longer so: it has to be made anew. */
class Outdated extends Error {}

/** Whether somebody else was in the way, who is done now or has what was to be given. */
export function isWorthAnotherTry(error: unknown): boolean {
  return (
    error instanceof Outdated ||
    isRetryable(error) ||
    isLockTimeout(error) ||
    uniqueViolation(error) !== null ||
    isNameTaken(error)
  );
}

/**
 * Does what a plan says, in the transaction that it was made in.
 * @throws what {@link isWorthAnotherTry} is about
 */
export async function writeBatch(
  stores: Stores,
  { newPlayers, links }: BatchPlan,
  hash: HashIdentity,
  now: Date,
): Promise<void> {
  if (links.length > 0) await link(stores, links);
  if (newPlayers.length > 0) await enroll(stores, newPlayers, hash, now);
}

async function link({ users, identities }: Stores, links: BatchPlan["links"]): Promise<void> {
  const ids = [...new Set(links.map(({ userId }) => userId))];
  const locked = await users.lock(...ids);
  // Whoever was merged away since has no way in any more.
  if (ids.some((id) => locked.get(id)?.merged_into !== null)) throw new Outdated();
  await identities.linkMany(links.map(({ userId, identity }) => rowOf(userId, identity)));
  for (const id of ids) await users.syncWithIdentities(id);
}

async function enroll(stores: Stores, newPlayers: NewPlayer[], hash: HashIdentity, now: Date): Promise<void> {
  const { bans, identities, progress, users } = stores;
  const ids = await users.nextIds(newPlayers.filter(({ id }) => id === null).length);
  const players = newPlayers.map((player) => ({ ...player, id: player.id ?? (ids.shift() as number) }));
  await identities.enrollMany(
    players.map((player) => userOf(player, now)),
    players.flatMap(({ id, player, identities: own }) => {
      const times = timesOf(player, now);
      return own.map((identity) => ({
        ...rowOf(id, identity),
        linked_at: times.created_at,
        last_used_at: times.last_login,
      }));
    }),
  );
  const withStats = players.filter(({ player }) => Object.keys(player.stats).length > 0);
  if (withStats.length > 0)
    await progress.write(
      withStats.map(({ id, player: { stars, level, stats } }) => ({ userId: id, stars, level, stats })),
    );
  for (const { id, player, identities: own } of players)
    if (player.ban)
      await bans.put(
        id,
        own.map((identity) => hash(identity)[0]),
        player.ban,
      );
}

function rowOf(
  user_id: number,
  { provider, subject, email, emailVerified, name }: FileIdentity,
): Omit<ImportedIdentity, "linked_at" | "last_used_at"> {
  return { user_id, provider, subject, email, email_verified: emailVerified, name };
}

function userOf(
  { id, player, identities, picture, username }: NewPlayer & { id: number },
  now: Date,
): ImportedUser {
  return {
    id,
    google_id: identities.find(({ provider }) => provider === GOOGLE)?.subject ?? null,
    email: player.email,
    email_verified: player.emailVerified,
    name: username.name,
    name_folded: username.folded,
    name_skeleton: username.skeleton,
    looks: username.looks,
    picture,
    stars: player.stars,
    level: player.level,
    providers: [...new Set(identities.map(({ provider }) => provider))].sort(),
    roles: [...new Set([PLAYER, ...player.roles])].sort(),
    is_banned: player.ban !== null,
    banned_until: player.ban?.until?.toISOString() ?? null,
    ban_reason: player.ban?.reason ?? null,
    ...timesOf(player, now),
  };
}

function timesOf({ createdAt, lastLogin }: NewPlayer["player"], now: Date) {
  return {
    created_at: (createdAt ?? lastLogin ?? now).toISOString(),
    last_login: (lastLogin ?? createdAt ?? now).toISOString(),
  };
}
