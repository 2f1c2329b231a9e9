import type { By } from "../audit/event";
import { ApiError } from "../errors";
import { record } from "../linking/record";
import { newUuidv7 } from "../session/uuidv7";
import { requirePlayer } from "../studio/lock-player";
import type { StudioDeps } from "../studio/studio-deps";

/** In code points. */
const MAXIMUM_LENGTH = 2_000;

/**
 * Writes down something about a player, for the studio's people alone. It may be about one who was merged into another.
 * @returns the id of the change, by which it can be taken back
 * @throws {ApiError} not_found; validation_failed for a note that is empty or longer than 2000 characters
 */
export async function addNote(
  { transact, clock }: Pick<StudioDeps, "transact" | "clock">,
  userId: number,
  text: string,
  by: By,
): Promise<string> {
  const trimmed = text.trim();
  if (trimmed === "" || Array.from(trimmed).length > MAXIMUM_LENGTH || trimmed.includes("\0"))
    throw new ApiError("validation_failed", {
      message: `A note has 1 to ${MAXIMUM_LENGTH} characters.`,
      fields: { fields: [{ path: "text", message: `has 1 to ${MAXIMUM_LENGTH} characters` }] },
    });
  return transact(async (stores) => {
    const player = await stores.users.find(userId);
    requirePlayer(userId, player && { ...player, merged_into: null });
    const noteId = newUuidv7(clock);
    const { actor } = by;
    const authorId = "id" in actor ? String(actor.id) : null;
    await stores.notes.put(userId, { id: noteId, authorKind: actor.kind, authorId, text: trimmed });
    return record(stores, clock, userId, { kind: "note", noteId }, by);
  });
}
