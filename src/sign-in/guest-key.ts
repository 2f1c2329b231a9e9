import { ApiError } from "../errors";
import type { VerifiedIdentity } from "../identity/provider";
import { sha256 } from "../sha256";
import { GUEST } from "../users/model";

/**
 * The identity of a guest: a hash of the key that the game made on this device, so that a copy of the database lets
 * nobody in.
 * @param guestKey 32 random bytes in base64url
 * @throws {ApiError} provider_unavailable where guests may not play
 */
export function guestIdentity(guestKey: string, enabled: boolean): VerifiedIdentity {
  if (!enabled) throw new ApiError("provider_unavailable");
  return {
    provider: GUEST,
    subject: sha256(`guest ${guestKey}`).toString("base64url"),
    email: null,
    emailVerified: false,
    loadProfile: async () => ({ name: null, picture: null }),
  };
}
