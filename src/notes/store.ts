import { CLOCK, type RunStatement } from "../db/statements";

/** What somebody of the studio wrote about a player. */
export type NoteRow = {
  id: string;
  authorKind: string;
  authorId: string | null;
  text: string;
  createdAt: Date;
};

const PUT = `
  INSERT INTO player_notes (id, user_id, author_kind, author_id, text, created_at)
  SELECT $2, $3, $4, $5, $6, clock.now FROM ${CLOCK}`;

const LIST = `
  SELECT n.id, n.author_kind AS "authorKind", n.author_id AS "authorId", n.text, n.created_at AS "createdAt"
  FROM player_notes AS n, ${CLOCK} WHERE n.user_id = $2 ORDER BY n.id DESC LIMIT $3`;

const REMOVE = `DELETE FROM player_notes AS n USING ${CLOCK} WHERE n.id = $2`;

export type NoteStore = ReturnType<typeof createNoteStore>;

/** Every statement on `player_notes`. */
export function createNoteStore(run: RunStatement) {
  return {
    async put(userId: number, { id, authorKind, authorId, text }: Omit<NoteRow, "createdAt">): Promise<void> {
      await run("put_note", PUT, [id, userId, authorKind, authorId, text]);
    },

    /** The latest first. */
    async list(userId: number, limit: number): Promise<NoteRow[]> {
      return (await run<NoteRow>("list_notes", LIST, [userId, limit])).rows;
    },

    async remove(id: string): Promise<void> {
      await run("remove_note", REMOVE, [id]);
    },
  };
}
