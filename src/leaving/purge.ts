import type { Timepiece } from "../clock";
import { newUuidv7 } from "../session/uuidv7";
import type { Stores, Transact } from "../stores";
import type { UserStore } from "../users/store";
import { takeLeavingBack } from "./restore";

export type PurgeDeps = { clock: Timepiece; transact: Transact; users: UserStore };

const BY = { actor: { kind: "system" } } as const;

/**
 * Forgets up to so many players whose time to come back is over; each in a transaction of its own, so that a server that
 * is killed leaves all of a player or nothing. Who has signed in since, at a server of the release before or in the moment
 * of a crash, is brought back instead.
 * @returns how many were looked at
 * @throws {AggregateError} of all that failed, after the others were done
 */
export async function purgeLeavers({ clock, transact, users }: PurgeDeps, limit: number): Promise<number> {
  const ids = await users.leaversToSettle(limit);
  const errors: unknown[] = [];
  for (const id of ids) await transact((stores) => settle(stores, clock, id)).catch((e) => errors.push(e));
  if (errors.length > 0) throw new AggregateError(errors);
  return ids.length;
}

async function settle(stores: Stores, clock: Timepiece, userId: number): Promise<void> {
  const leaver = await stores.users.lockLeaver(userId);
  if (leaver?.cameBack) await takeLeavingBack(stores, clock, userId, BY);
  else if (leaver?.isDue) await purge(stores, clock, userId, leaver.ids);
}

/** @param ids of the player, and of those who were merged into them */
async function purge(stores: Stores, clock: Timepiece, userId: number, ids: number[]): Promise<void> {
  const {
    accountChanges,
    audit,
    grants,
    identities,
    notes,
    pictures,
    progress,
    sessions,
    transfers,
    users,
    webhooks,
  } = stores;
  await identities.deleteOf(ids);
  await sessions.deleteOf(ids);
  await transfers.deleteOf(ids);
  await grants.deleteConsentsOf(ids);
  await pictures.deleteOf(ids);
  await notes.deleteOf(ids);
  await progress.deleteOf(ids);
  await accountChanges.deleteOf(ids);
  await webhooks.forget(ids);
  await audit.emptyOf(ids);
  await users.bury(ids);
  await audit.append(newUuidv7(clock), { action: "purge", userId, ...BY });
}
