import type { OnceToken } from "../authorization/store";
import type { VerifiedIdentity } from "../identity/provider";
import { sha256 } from "../sha256";

/**
 * How an id token is remembered that opens one session. Sent again within a minute, the answer was lost, and that
 * session comes back.
 * @param token verified
 * @returns null for one that does not say until when it holds
 */
export function onceToken({ expiresAt }: VerifiedIdentity, token: string): OnceToken | null {
  if (!expiresAt) return null;
  // Of what is signed alone: a signature may have more than one spelling.
  return { hash: sha256(token.slice(0, token.lastIndexOf("."))), expiresAt };
}
