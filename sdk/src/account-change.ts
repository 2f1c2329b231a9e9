/** A change of the player's ways in that can be taken back, or has been. */
export interface AccountChange {
  /** For `undo()`. */
  readonly id: string;
  readonly kind: "link" | "unlink" | "merge" | "delete";
  /** Whose ways in came or went: `google`, `guest`, … */
  readonly providers: readonly string[];
  /** Of a merge, the id of the player who was given up; else null. */
  readonly userId: number | null;
  readonly createdAt: Date;
  /** 30 days later; of a deletion, when it would have been done. */
  readonly undoUntil: Date;
  /** When it was taken back, or null. */
  readonly undoneAt: Date | null;
}

interface ChangeAnswer extends Pick<AccountChange, "id" | "kind" | "providers"> {
  readonly user_id: number | null;
  readonly created_at: string;
  readonly undo_until: string;
  readonly undone_at: string | null;
}

/** The changes in the answer of `GET /api/changes`, without unknown fields. */
export function parseChanges(answer: Record<string, unknown>): AccountChange[] {
  return ((answer.changes ?? []) as ChangeAnswer[]).map(
    ({ id, kind, providers, user_id = null, created_at, undo_until, undone_at }) => ({
      id,
      kind,
      providers,
      userId: user_id,
      createdAt: new Date(created_at),
      undoUntil: new Date(undo_until),
      undoneAt: undone_at ? new Date(undone_at) : null,
    }),
  );
}
