import type { Stores } from "../stores";
import type { VersionedProgress } from "./progress";

/** A player's progress; `id` is that of the one who was kept, where the player was merged into them. */
export type PlayerProgress = VersionedProgress & { id: number };

/**
 * The progress of players, who stay locked until the transaction ends.
 * @returns by the ids that were asked for; who is gone is missing
 */
export async function lockProgress(
  { users, progress }: Pick<Stores, "users" | "progress">,
  ids: number[],
): Promise<Map<number, PlayerProgress>> {
  // Sent together: the second is run once the first has all its locks.
  const [locked, stats] = await Promise.all([users.lockMeant(ids), progress.findMeant(ids)]);
  const missing = ids.filter((id) => !locked.has(id));
  // A merge may have ended between the reading and the locking.
  if (missing.length > 0) {
    for (const [id, player] of await users.lockMeant(missing)) locked.set(id, player);
    for (const [id, row] of await progress.findMeant(missing)) stats.set(id, row);
  }
  const none = { version: 0, stats: {} };
  return new Map(
    [...locked].map(([asked, player]) => [asked, { ...player, ...(stats.get(player.id) ?? none) }]),
  );
}
