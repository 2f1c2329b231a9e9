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
  const locked = await users.lockMeant(ids);
  const missing = ids.filter((id) => !locked.has(id));
  // A merge may have ended between the reading and the locking.
  if (missing.length > 0) for (const [id, player] of await users.lockMeant(missing)) locked.set(id, player);
  const stats = await progress.find([...locked.values()].map(({ id }) => id));
  const none = { version: 0, stats: {} };
  return new Map(
    [...locked].map(([asked, player]) => [asked, { ...player, ...(stats.get(player.id) ?? none) }]),
  );
}
