import type { Timepiece } from "../clock";
import { ApiError } from "../errors";
import type { RequestContext } from "../http/context";
import type { Providers } from "../identity/providers";
import type { IdentityStore } from "../identity/store";
import type { Limits } from "../limits/limits";
import type { Player } from "../session/guard";
import type { SessionStore } from "../session/store";
import { newUuidv7 } from "../session/uuidv7";
import type { ProofBody } from "./model";
import { readProof } from "./proof";
import { type VerifyProofDeps, verifyAndSpendProof } from "./verify-proof";

/** For how long a sign-in shows that it is the player who sits there. */
export const FRESH_SESSION_SECONDS = 600;

export type FreshProofDeps = VerifyProofDeps & {
  clock: Timepiece;
  identities: IdentityStore;
  limits: Limits;
  providers: Providers;
  sessions: SessionStore;
};

/**
 * Before what hurts: asks for a proof of one of the player's ways in, as a sign-in does, or for a session that is not yet
 * ten minutes old.
 * @param body without a proof: the session has to do
 * @throws {ApiError} reauth_required when neither is there, or the proof is another player's; what a sign-in refuses
 */
export async function requireFreshProof(
  deps: FreshProofDeps,
  { user, sessionId }: Player,
  body: ProofBody | null | undefined,
  context: RequestContext,
): Promise<void> {
  if (!body || Object.keys(body).length === 0) {
    if (await deps.sessions.isYounger(sessionId, FRESH_SESSION_SECONDS)) return;
    throw new ApiError("reauth_required");
  }
  const proof = readProof(body, deps.providers);
  // Of a proof that opens a session once; this opens none.
  const unopened = newUuidv7(deps.clock);
  await deps.limits.signInAttempt(context.ip, async () => {
    const identity = await verifyAndSpendProof(deps, proof, unopened, context);
    const owner = await deps.identities.ownerOf(identity.provider, identity.subject);
    if (owner !== user.id) throw new ApiError("reauth_required", { cause: "proof_of_another_player" });
  });
}
