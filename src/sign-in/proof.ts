import { ApiError } from "../errors";
import { GOOGLE, type IdentityProof, type IdentityProvider, type ProofCompanion } from "../identity/provider";
import type { Providers } from "../identity/providers";
import { GUEST } from "../users/model";
import type { ProofBody } from "./model";

/** The one thing by which a player proves who they are. */
export type Proof =
  | { kind: "of_provider"; provider: IdentityProvider; proof: IdentityProof }
  | { kind: "login_code"; code: string; codeVerifier: string }
  | { kind: "guest_key"; key: string }
  | { kind: "transfer_code"; code: string };

const OF_PROVIDER = ["access_token", "id_token", "code", "server_auth_code", "ticket"] as const;
const OURS = ["login_code", "guest_key", "transfer_code"] as const;
const PROOFS = [...OF_PROVIDER, ...OURS];

type ProviderProof = (typeof OF_PROVIDER)[number];

/**
 * Picks the proof out of a login request. Without `provider` it is Google's, or one of our own.
 * @throws {ApiError} validation_failed for none, several, one without its companions, or one that the provider does
 * not have; provider_unavailable for a provider that is not there
 */
export function readProof(body: ProofBody, providers: Providers): Proof {
  const given = PROOFS.filter((name) => body[name] !== undefined);
  const [kind] = given;
  if (!kind || given.length > 1) throw invalid("", `exactly one of ${PROOFS.join(", ")} is required`);
  if (isOfProvider(kind)) return proofOfProvider(kind, body, providers);
  const { provider } = body;
  if (provider !== undefined && provider !== GUEST) providers.get(provider);
  const value = body[kind] ?? "";
  switch (kind) {
    case "login_code":
      requireAll(kind, ["code_verifier"], body);
      return { kind, code: value, codeVerifier: body.code_verifier ?? "" };
    case "guest_key":
      if (provider === undefined) throw invalid("provider", `is required with ${kind}`);
      if (provider !== GUEST) throw invalid("provider", NOT_ITS);
      return { kind, key: value };
    case "transfer_code":
      if (provider !== undefined) throw invalid("provider", NOT_ITS);
      return { kind, code: value };
  }
}

function proofOfProvider(kind: ProviderProof, body: ProofBody, providers: Providers): Proof {
  if (body.provider === GUEST) throw invalid("provider", NOT_ITS);
  const provider = providers.get(body.provider ?? GOOGLE);
  const companions = provider.proofs[kind];
  if (!companions)
    throw invalid("provider", body.provider === undefined ? `is required with ${kind}` : NOT_ITS);
  requireAll(kind, companions, body);
  return { kind: "of_provider", provider, proof: proofOf(kind, body[kind] ?? "", body) };
}

function proofOf(kind: ProviderProof, value: string, body: ProofBody): IdentityProof {
  const { code_verifier: codeVerifier = "", redirect_uri: redirectUri = null, nonce } = body;
  switch (kind) {
    case "access_token":
      return { kind, token: value };
    case "id_token":
      return { kind, token: value, nonce };
    case "code":
      return { kind, code: value, codeVerifier, redirectUri, nonce };
    case "server_auth_code":
      return { kind, code: value };
    case "ticket":
      return { kind, ticket: value };
  }
}

const NOT_ITS = "has no such proof";

function isOfProvider(kind: (typeof PROOFS)[number]): kind is ProviderProof {
  return (OF_PROVIDER as readonly string[]).includes(kind);
}

function requireAll(kind: string, companions: readonly ProofCompanion[], body: ProofBody): void {
  for (const companion of companions)
    if (body[companion] === undefined) throw invalid(companion, `is required with ${kind}`);
}

function invalid(path: string, message: string): ApiError {
  return new ApiError("validation_failed", { fields: { fields: [{ path, message }] } });
}
