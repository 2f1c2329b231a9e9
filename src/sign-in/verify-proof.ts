import { type LoginCodeDeps, redeemLoginCode } from "../authorization/login-code";
import type { RedirectUriCheck } from "../authorization/redirect-uri";
import { ApiError } from "../errors";
import type { RequestContext } from "../http/context";
import type { VerifiedIdentity } from "../identity/provider";
import { redeemTransferCode, type TransferCodeDeps } from "../transfer/redeem-transfer-code";
import { guestIdentity } from "./guest-key";
import { spendIdToken } from "./id-token";
import type { Proof } from "./proof";

export type VerifyProofDeps = LoginCodeDeps &
  TransferCodeDeps & {
    guestsEnabled: boolean;
    /** Of a redirect that a code may have been issued to. */
    isAllowedRedirectUri: RedirectUriCheck;
  };

/** A player who proved who they are, and the session that the proof opens. */
export type Verified = { identity: VerifiedIdentity; sessionId: string };

/**
 * Finds out who a proof is of. One that serves once is spent.
 * @param sessionId of the session that it is to open, unless it has opened one whose answer was lost
 * @throws {ApiError} when the proof does not hold, or the provider does not answer
 */
export async function verifyProof(
  deps: VerifyProofDeps,
  proof: Proof,
  sessionId: string,
  context: RequestContext,
): Promise<Verified> {
  switch (proof.kind) {
    case "guest_key":
      return { identity: guestIdentity(proof.key, deps.guestsEnabled), sessionId };
    case "login_code":
      return redeemLoginCode(deps, proof, sessionId, context);
    case "transfer_code":
      return redeemTransferCode(deps, proof.code, sessionId, context);
    case "of_provider": {
      const { provider, proof: own } = proof;
      if (own.kind === "code") requireAllowed(own.redirectUri, deps.isAllowedRedirectUri);
      const identity = await provider.verifyProof(own);
      return own.kind === "id_token"
        ? spendIdToken(deps.authorizations, identity, own.token, sessionId)
        : { identity, sessionId };
    }
  }
}

function requireAllowed(redirectUri: string | null, isAllowed: RedirectUriCheck): void {
  if (redirectUri === null || isAllowed(redirectUri)) return;
  throw new ApiError("validation_failed", {
    cause: "redirect_uri_invalid",
    fields: { fields: [{ path: "redirect_uri", message: "is not registered" }] },
  });
}
