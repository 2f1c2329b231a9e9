import { timingSafeEqual } from "node:crypto";
import { ApiError } from "../errors";
import type { VerifiedIdentity } from "../identity/provider";
import { sha256 } from "../sha256";
import type { AuthorizationStore } from "./store";

/**
 * Redeems a login code of ours with the PKCE verifier of the game that asked for it (RFC 7636 §4.6). A code
 * serves once, also when the verifier is wrong.
 * @throws {ApiError} invalid_grant
 */
export async function redeemLoginCode(
  authorizations: AuthorizationStore,
  code: string,
  codeVerifier: string,
): Promise<VerifiedIdentity> {
  const login = await authorizations.takeLogin(code);
  if (!login || !isSame(login.codeChallenge, sha256(codeVerifier).toString("base64url"))) {
    throw new ApiError("invalid_grant", { message: "The login code is not valid." });
  }
  const { identity, name, picture } = login;
  return { ...identity, loadProfile: async () => ({ name, picture }) };
}

function isSame(expected: string, given: string): boolean {
  return expected.length === given.length && timingSafeEqual(Buffer.from(expected), Buffer.from(given));
}
