import { CLOCK, type RunStatement } from "../db/statements";
import { sha256 } from "../sha256";

const FIND = `
  SELECT a.session_id FROM adopted_tokens AS a, ${CLOCK} WHERE a.token_hash = $2 AND a.expires_at > clock.now`;

const IS_EMPTY = `SELECT NOT EXISTS (SELECT FROM adopted_tokens) AS empty FROM ${CLOCK}`;

const DELETE_EXPIRED = `
  DELETE FROM adopted_tokens WHERE token_hash IN (
    SELECT a.token_hash FROM adopted_tokens AS a, ${CLOCK} WHERE a.expires_at < clock.now LIMIT $2
    FOR UPDATE OF a SKIP LOCKED)`;

/** Python's `secrets.token_urlsafe(64)`, which made them. */
const SHAPE = /^[A-Za-z0-9_-]{86}$/;

export type AdoptedTokenStore = ReturnType<typeof createAdoptedTokenStore>;

/** Every statement on `adopted_tokens`, but for those of the adoption itself, before which no server runs. */
export function createAdoptedTokenStore(run: RunStatement) {
  let none = false;
  return {
    /**
     * The session that was made for a token of the server before this one, whose first token it is; null for any other.
     * Nothing is asked of a database that never had one.
     */
    async findSession(token: string): Promise<string | null> {
      if (none || !SHAPE.test(token)) return null;
      const values = [sha256(token)];
      const { rows } = await run<{ session_id: string }>("find_adopted_token", FIND, values);
      if (rows[0]) return rows[0].session_id;
      none = (await run<{ empty: boolean }>("are_no_adopted_tokens", IS_EMPTY)).rows[0]?.empty === true;
      return null;
    },

    /**
     * Deletes up to so many that would be refused as expired.
     * @returns how many
     */
    async deleteExpired(limit: number): Promise<number> {
      return (await run("delete_expired_adopted_tokens", DELETE_EXPIRED, [limit])).rowCount;
    },
  };
}
