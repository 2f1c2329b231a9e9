import { CLOCK, type RunStatement, seconds } from "../db/statements";
import { sha256 } from "../sha256";

/** How long the same request is answered alike. */
const KEPT_SECONDS = 86_400;

/**
 * Of two requests at once one gets the lock, which ends with its transaction. Whoever gets it after that may have looked for
 * the row before it was there: {@link PUT} finds it.
 */
const CLAIM = `
  SELECT pg_try_advisory_xact_lock($4::bigint) AS is_ours, k.request_hash, k.answer
  FROM ${CLOCK} LEFT JOIN idempotency_keys AS k
    ON k.server_key_id = $2 AND k.key_hash = $3 AND k.created_at > clock.now - ${seconds("$5")}`;

/** A row that is too old is taken over. */
const PUT = `
  INSERT INTO idempotency_keys AS k (server_key_id, key_hash, request_hash, answer, created_at)
  SELECT $2, $3, $4, $5::text::json, clock.now FROM ${CLOCK}
  ON CONFLICT (server_key_id, key_hash) DO UPDATE SET
    request_hash = excluded.request_hash, answer = excluded.answer, created_at = excluded.created_at
  WHERE k.created_at <= excluded.created_at - ${seconds("$6")}`;

const DELETE_OLD = `
  DELETE FROM idempotency_keys WHERE (server_key_id, key_hash) IN (
    SELECT k.server_key_id, k.key_hash FROM idempotency_keys AS k, ${CLOCK}
    WHERE k.created_at < clock.now - ${seconds("$2")} LIMIT $3
    FOR UPDATE OF k SKIP LOCKED)`;

/** An Idempotency-Key of a server's, as SHA-256. */
export type Claim = { keyId: string; keyHash: Buffer };

type ClaimRow = { is_ours: boolean; request_hash: Buffer | null; answer: unknown };

export type IdempotencyKeyStore = ReturnType<typeof createIdempotencyKeyStore>;

/** Every statement on `idempotency_keys`. */
export function createIdempotencyKeyStore(run: RunStatement) {
  return {
    /** Takes a key for this transaction. @returns whether nobody else has it, and what it has been used for */
    async claim({
      keyId,
      keyHash,
    }: Claim): Promise<{ isOurs: boolean; earlier: { requestHash: Buffer; answer: unknown } | null }> {
      const lock = sha256(`${keyId} ${keyHash.toString("hex")}`).readBigInt64BE();
      const values = [keyId, keyHash, String(lock), KEPT_SECONDS];
      const { rows } = await run<ClaimRow>("claim_idempotency_key", CLAIM, values);
      const { is_ours: isOurs, request_hash: requestHash, answer } = rows[0] as ClaimRow;
      return { isOurs, earlier: requestHash && { requestHash, answer } };
    },

    /** Keeps what a request came to. @returns false when the same key has been used meanwhile */
    async put({ keyId, keyHash }: Claim, requestHash: Buffer, answer: object): Promise<boolean> {
      const values = [keyId, keyHash, requestHash, JSON.stringify(answer), KEPT_SECONDS];
      return (await run("put_idempotency_key", PUT, values)).rowCount > 0;
    },

    /** Deletes up to so many that are kept no longer. @returns how many */
    async deleteOld(limit: number): Promise<number> {
      return (await run("delete_old_idempotency_keys", DELETE_OLD, [KEPT_SECONDS, limit])).rowCount;
    },
  };
}
