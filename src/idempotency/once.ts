import { ApiError } from "../errors";
import { sha256 } from "../sha256";
import type { Stores, Transact } from "../stores";

/** A request that may come twice, because its answer was lost. */
export type IdempotentRequest = {
  /** Of the server's key: another server's keys are others. */
  keyId: string;
  /** The Idempotency-Key. */
  key: string;
  /** All that the request asks for, as JSON. */
  content: string;
};

const KEY = /^[\x21-\x7e]{1,255}$/;

/**
 * The Idempotency-Key of a request (draft-ietf-httpapi-idempotency-key-header).
 * @throws {ApiError} validation_failed without one
 */
export function readIdempotencyKey(headers: Headers): string {
  const key = headers.get("idempotency-key") ?? "";
  if (KEY.test(key)) return key;
  const message = "Expected 1 to 255 visible characters of ASCII";
  throw new ApiError("validation_failed", {
    message: "This request needs an Idempotency-Key.",
    fields: { fields: [{ path: "idempotency-key", message }] },
  });
}

/**
 * Does the work of a request as one transaction, once: the same request under the same key gets the first one's answer for
 * 24 hours. What is refused has changed nothing and is not kept, so that its key is free.
 * @param lock what the work is about, which is asked for together with the key
 * @throws {ApiError} idempotency_key_reused for another request under the key; idempotency_key_in_use while the first
 * one is under way
 */
export async function once<Locked, T extends object>(
  transact: Transact,
  { keyId, key, content }: IdempotentRequest,
  lock: (stores: Stores) => Promise<Locked>,
  work: (stores: Stores, locked: Locked) => Promise<T>,
): Promise<{ answer: T; isFirst: boolean }> {
  const claim = { keyId, keyHash: sha256(key) };
  const requestHash = sha256(content);
  return transact(
    async (stores) => {
      const [{ isOurs, earlier }, locked] = await Promise.all([
        stores.idempotencyKeys.claim(claim),
        lock(stores),
      ]);
      if (earlier && !requestHash.equals(earlier.requestHash)) throw new ApiError("idempotency_key_reused");
      if (earlier) return { answer: earlier.answer as T, isFirst: false };
      if (!isOurs) throw new ApiError("idempotency_key_in_use");
      const answer = await work(stores, locked);
      if (!(await stores.idempotencyKeys.put(claim, requestHash, answer)))
        throw new ApiError("idempotency_key_in_use");
      return { answer, isFirst: true };
    },
    { often: true },
  );
}
