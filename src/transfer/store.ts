import { TRANSFER_AUDITED } from "../audit/store";
import { CLOCK, type RunStatement, seconds } from "../db/statements";
import type { Identity } from "../identity/provider";
import { GUEST } from "../users/model";

/** How long a code serves. */
export const TRANSFER_CODE_SECONDS = 86_400;
/** How long it may be sent again because the answer was lost. */
const LOST_ANSWER_SECONDS = 60;

/** A player has one code at a time. One that has served stays until the clean-up, for an answer that was lost. */
const PUT = `
  WITH earlier AS (DELETE FROM transfer_codes WHERE user_id = $3 AND session_id IS NULL)
  INSERT INTO transfer_codes (code_hash, user_id, created_at) SELECT $2, $3, clock.now FROM ${CLOCK}`;

/** The player may have been merged into another since. */
const REDEEM = `
  WITH redeemed AS (
    UPDATE transfer_codes AS t
    SET session_id = coalesce(t.session_id, $3), redeemed_by = $4, redeemed_at = coalesce(t.redeemed_at, clock.now)
    FROM users AS u
      CROSS JOIN LATERAL (
        SELECT * FROM identities WHERE user_id = coalesce(u.merged_into, u.id) ORDER BY provider <> '${GUEST}', provider, subject LIMIT 1
      ) AS i, ${CLOCK}
    WHERE t.code_hash = ANY($2) AND u.id = t.user_id AND t.created_at > clock.now - ${seconds("$5")}
      AND (t.session_id IS NULL OR (t.redeemed_by = $4 AND t.redeemed_at > clock.now - ${seconds("$6")}))
    RETURNING t.session_id, i.user_id, i.provider, i.subject, i.email, i.email_verified
  ), ${TRANSFER_AUDITED("$7", "redeemed.session_id = $3", "$8")}
  SELECT session_id, provider, subject, email, email_verified FROM redeemed`;

const WHOSE = `
  SELECT coalesce(u.merged_into, u.id) AS user_id FROM transfer_codes AS t JOIN users AS u ON u.id = t.user_id, ${CLOCK}
  WHERE t.code_hash = ANY($2) AND t.created_at > clock.now - ${seconds("$3")}
    AND (t.session_id IS NULL OR t.redeemed_at > clock.now - ${seconds("$4")})`;

const DELETE_OF = `DELETE FROM transfer_codes AS t USING ${CLOCK} WHERE t.user_id = ANY($2)`;

const DELETE_STALE = `
  DELETE FROM transfer_codes WHERE code_hash IN (
    SELECT t.code_hash FROM transfer_codes AS t, ${CLOCK}
    WHERE t.created_at < clock.now - ${seconds("$2")} LIMIT $3
    FOR UPDATE OF t SKIP LOCKED)`;

type RedeemedRow = Omit<Identity, "emailVerified"> & { session_id: string; email_verified: boolean };

export type TransferStore = ReturnType<typeof createTransferStore>;

/** Every statement on `transfer_codes`. Codes go in hashed. */
export function createTransferStore(run: RunStatement) {
  return {
    /** Keeps a player's new code, which ends the one before. */
    async put(codeHash: Buffer, userId: number): Promise<void> {
      await run("put_transfer_code", PUT, [codeHash, userId], `transfer:${userId}`);
    },

    /**
     * Lets a code serve.
     * @param sessionId of the session that it opens, unless it has opened one
     * @param event its id among what was done, a UUIDv7, and the request
     * @returns a way in of the player's; null for a code that is unknown, too old, or has served
     */
    async redeem(
      codeHashes: Buffer[],
      sessionId: string,
      ip: string,
      event: { id: string; requestId: string },
    ): Promise<{ sessionId: string; identity: Identity } | null> {
      const times = [TRANSFER_CODE_SECONDS, LOST_ANSWER_SECONDS];
      const values = [codeHashes, sessionId, ip, ...times, event.id, event.requestId];
      const { rows } = await run<RedeemedRow>("redeem_transfer_code", REDEEM, values);
      const [row] = rows;
      if (!row) return null;
      const { session_id, email_verified: emailVerified, ...identity } = row;
      return { sessionId: session_id, identity: { ...identity, emailVerified } };
    },

    /** The id of the player whom {@link redeem} would answer with, which it leaves to be done. */
    async whose(codeHashes: Buffer[]): Promise<number | null> {
      const values = [codeHashes, TRANSFER_CODE_SECONDS, LOST_ANSWER_SECONDS];
      const { rows } = await run<{ user_id: number }>("whose_transfer_code", WHOSE, values);
      return rows[0]?.user_id ?? null;
    },

    async deleteOf(userIds: number[]): Promise<void> {
      await run("delete_transfer_codes_of", DELETE_OF, [userIds]);
    },

    /**
     * Deletes up to so many codes that nobody may redeem any more.
     * @returns how many
     */
    async deleteStale(limit: number): Promise<number> {
      return (await run("delete_stale_transfer_codes", DELETE_STALE, [TRANSFER_CODE_SECONDS, limit]))
        .rowCount;
    },
  };
}
