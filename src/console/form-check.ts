import { timingSafeEqual } from "node:crypto";
import { ApiError } from "../errors";
import { createKeyedHash } from "../session/keyed-hash";
import type { KeyRing } from "../session/keys";

/** The hidden field of every form. */
export const FORM_TOKEN = "form_token";

export type FormCheck = {
  /** What the forms of a session's pages carry. */
  token(sessionId: string): string;
  /** Whether a form was on a page of this session. */
  isOf(sessionId: string, token: string | undefined): boolean;
};

export function createFormCheck(ring: KeyRing): FormCheck {
  const keyed = createKeyedHash(ring, "console form");
  return {
    token: (sessionId) => keyed.hash(sessionId).toString("base64url"),
    isOf(sessionId, token = "") {
      const given = Buffer.from(token, "base64url");
      return keyed
        .hashes(sessionId)
        .some((hash) => hash.length === given.length && timingSafeEqual(hash, given));
    },
  };
}

/**
 * A form counts from this server's own pages alone, whatever cookies came with it (Fetch Metadata, RFC 6454 §7).
 * @param origin of this server
 * @throws {ApiError} authorization_expired
 */
export function requireOwnPage(headers: Headers, origin: string): void {
  const site = headers.get("sec-fetch-site");
  if (headers.get("origin") !== origin || (site !== null && site !== "same-origin"))
    throw new ApiError("authorization_expired", { cause: "form_of_another_site" });
}
