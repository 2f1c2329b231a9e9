import { type LoginCodeDeps, redeemLoginCode } from "../authorization/login-code";
import type { RedirectUriCheck } from "../authorization/redirect-uri";
import type { OnceToken } from "../authorization/store";
import { ApiError } from "../errors";
import type { RequestContext } from "../http/context";
import type { VerifiedIdentity } from "../identity/provider";
import { refusal } from "../identity/refusals";
import { redeemTransferCode, type TransferCodeDeps } from "../transfer/redeem-transfer-code";
import { guestIdentity } from "./guest-key";
import { onceToken } from "./id-token";
import type { Proof } from "./proof";

export type VerifyProofDeps = LoginCodeDeps &
  TransferCodeDeps & {
    guestsEnabled: boolean;
    /** Of a redirect that a code may have been issued to. */
    isAllowedRedirectUri: RedirectUriCheck;
  };

/** A player who proved who they are, and the session that the proof opens. */
export type Verified = {
  identity: VerifiedIdentity;
  sessionId: string;
  /** Not spent yet: the sign-in spends it in the statement that opens the session. */
  idToken: OnceToken | null;
};

/**
 * Finds out who a proof is of. One that serves once is spent, but for an id token.
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
      return { identity: guestIdentity(proof.key, deps.guestsEnabled), sessionId, idToken: null };
    case "login_code":
      return { ...(await redeemLoginCode(deps, proof, sessionId, context)), idToken: null };
    case "transfer_code":
      return { ...(await redeemTransferCode(deps, proof.code, sessionId, context)), idToken: null };
    case "of_provider": {
      const { provider, proof: own } = proof;
      if (own.kind === "code") requireAllowed(own.redirectUri, deps.isAllowedRedirectUri);
      const identity = await provider.verifyProof(own);
      return {
        identity,
        sessionId,
        idToken: own.kind === "id_token" ? onceToken(identity, own.token) : null,
      };
    }
  }
}

/**
 * Finds out who a proof is of, for something else than a sign-in, and spends it whatever it is.
 * @param unopened id of a session that is opened by nobody
 * @throws {ApiError} as {@link verifyProof}; google_token_invalid or provider_token_invalid for an id token that has
 * served
 */
export async function verifyAndSpendProof(
  deps: VerifyProofDeps,
  proof: Proof,
  unopened: string,
  context: RequestContext,
): Promise<VerifiedIdentity> {
  const { identity, idToken } = await verifyProof(deps, proof, unopened, context);
  if (idToken && !(await deps.authorizations.spendIdToken(idToken, unopened)))
    throw refusal(identity.provider, "token_invalid");
  return identity;
}

function requireAllowed(redirectUri: string | null, isAllowed: RedirectUriCheck): void {
  if (redirectUri === null || isAllowed(redirectUri)) return;
  throw new ApiError("validation_failed", {
    cause: "redirect_uri_invalid",
    fields: { fields: [{ path: "redirect_uri", message: "is not registered" }] },
  });
}
