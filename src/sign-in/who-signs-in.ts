import { codeChallengeOf } from "../authorization/code-challenge";
import type { RequestContext } from "../http/context";
import type { Identity, IdentityProof } from "../identity/provider";
import type { Providers } from "../identity/providers";
import type { IdentityStore } from "../identity/store";
import type { Limits } from "../limits/limits";
import { guestIdentity } from "./guest-key";
import type { ProofBody } from "./model";
import { type Proof, readProof } from "./proof";
import type { VerifyProofDeps } from "./verify-proof";

export type WhoSignsInDeps = Pick<
  VerifyProofDeps,
  "authorizations" | "guestsEnabled" | "transferCodes" | "transfers"
> & {
  identities: Pick<IdentityStore, "ownerOf">;
  limits: Pick<Limits, "signInAttempt">;
  providers: Providers;
};

/** What a provider vouches for as often as it is asked. Its codes serve once, and are left for the sign-in itself. */
const REPEATABLE: readonly IdentityProof["kind"][] = ["access_token", "id_token", "ticket"];

/**
 * The id of the player whom a sign-in is of. Its proof is as good afterwards as it was before.
 * @returns null for somebody new, and where that is not to be known without spending the proof
 * @throws {ApiError} as a sign-in does
 */
export async function whoSignsIn(
  deps: WhoSignsInDeps,
  body: ProofBody,
  context: RequestContext,
): Promise<number | null> {
  const proof = readProof(body, deps.providers);
  if (proof.kind === "transfer_code") return deps.transfers.whose(deps.transferCodes.hashes(proof.code));
  const identity = await identityOf(deps, proof, context);
  return identity && deps.identities.ownerOf(identity.provider, identity.subject);
}

async function identityOf(
  { authorizations, guestsEnabled, limits }: WhoSignsInDeps,
  proof: Exclude<Proof, { kind: "transfer_code" }>,
  { ip }: RequestContext,
): Promise<Pick<Identity, "provider" | "subject"> | null> {
  switch (proof.kind) {
    case "guest_key":
      return guestIdentity(proof.key, guestsEnabled);
    case "login_code":
      return authorizations.whoseLogin(proof.code, codeChallengeOf(proof.codeVerifier));
    case "of_provider": {
      const { provider, proof: own } = proof;
      return REPEATABLE.includes(own.kind) ? limits.signInAttempt(ip, () => provider.verifyProof(own)) : null;
    }
  }
}
