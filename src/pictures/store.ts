import { CLOCK, type RunStatement } from "../db/statements";
import { PICTURED, USER_COLUMNS, type UserRow } from "../users/store";
import type { Picture } from "./image";

const KEEP = `
  WITH ${PICTURED("$2", "$3")}, kept AS (
    INSERT INTO pictures (user_id, hash, media_type, bytes, created_at)
    SELECT u.id, $4, $5, $6, clock.now FROM u, ${CLOCK}
    ON CONFLICT (user_id) DO UPDATE SET hash = excluded.hash, media_type = excluded.media_type,
      bytes = excluded.bytes, created_at = excluded.created_at
  )
  SELECT ${USER_COLUMNS} FROM u`;

const REPLACE = `
  WITH ${PICTURED("$2", "$3")}, gone AS (
    DELETE FROM pictures USING u WHERE pictures.user_id = u.id
  )
  SELECT ${USER_COLUMNS} FROM u`;

const FIND = `
  SELECT media_type, bytes FROM pictures, ${CLOCK} WHERE hash = $2 LIMIT 1`;

const TELL = `
  SELECT media_type AS "mediaType", bytes, created_at AS "createdAt" FROM pictures, ${CLOCK} WHERE user_id = $2`;

const DELETE_OF = `DELETE FROM pictures USING ${CLOCK} WHERE user_id = ANY($2)`;

/** A picture that a player sent, for their own eyes. */
export type PictureTold = { mediaType: string; bytes: Buffer<ArrayBuffer>; createdAt: Date };

export type PictureStore = ReturnType<typeof createPictureStore>;

/** Every statement on `pictures`, those included that also change the player's own row. */
export function createPictureStore(run: RunStatement) {
  return {
    /** Keeps a player's picture, in place of the one before. @returns null when the player is gone */
    async keep(userId: number, url: string, { hash, mediaType, bytes }: Picture): Promise<UserRow | null> {
      const values = [userId, url, hash, mediaType, bytes];
      const { rows } = await run<UserRow>("keep_picture", KEEP, values, String(userId));
      return rows[0] ?? null;
    },

    /** Points to a picture that is kept elsewhere, or to none. @returns null when the player is gone */
    async replace(userId: number, picture: string | null): Promise<UserRow | null> {
      const values = [userId, picture];
      const { rows } = await run<UserRow>("replace_picture", REPLACE, values, String(userId));
      return rows[0] ?? null;
    },

    async tell(userId: number): Promise<PictureTold[]> {
      return (await run<PictureTold>("tell_pictures", TELL, [userId])).rows;
    },

    async deleteOf(userIds: number[]): Promise<void> {
      await run("delete_pictures_of", DELETE_OF, [userIds]);
    },

    async find(hash: Buffer): Promise<{ mediaType: string; bytes: Buffer<ArrayBuffer> } | null> {
      const { rows } = await run<{ media_type: string; bytes: Buffer<ArrayBuffer> }>("find_picture", FIND, [
        hash,
      ]);
      return rows[0] ? { mediaType: rows[0].media_type, bytes: rows[0].bytes } : null;
    },
  };
}
