import { ApiError } from "../errors";
import { type CodeGrant, GOOGLE, type IdentityProof } from "../identity/provider";
import { GUEST } from "../users/model";
import type { SignInBody } from "./model";

/** The one thing by which a player proves who they are. */
export type Proof =
  | IdentityProof
  | ({ kind: "code" } & CodeGrant)
  | { kind: "login_code"; code: string; codeVerifier: string }
  | { kind: "guest_key"; key: string };

const PROOFS = ["access_token", "id_token", "code", "login_code", "guest_key"] as const;
const COMPANIONS = {
  access_token: [],
  id_token: [],
  code: ["code_verifier", "redirect_uri"],
  login_code: ["code_verifier"],
  guest_key: ["provider"],
} as const satisfies Record<(typeof PROOFS)[number], (keyof SignInBody)[]>;

/** Whose each proof is; of a login code any provider's may be. */
const PROVIDERS: Partial<Record<(typeof PROOFS)[number], string>> = {
  access_token: GOOGLE,
  id_token: GOOGLE,
  code: GOOGLE,
  guest_key: GUEST,
};

/**
 * Picks the proof out of a login request.
 * @throws {ApiError} validation_failed for none, several, one without its companions, or one of another provider;
 * provider_unavailable for a provider that is not there
 */
export function readProof(body: SignInBody): Proof {
  const given = PROOFS.filter((name) => body[name] !== undefined);
  const [kind] = given;
  if (!kind || given.length > 1) {
    throw invalid("", `exactly one of ${PROOFS.join(", ")} is required`);
  }
  const { provider } = body;
  if (provider !== undefined && provider !== GOOGLE && provider !== GUEST)
    throw new ApiError("provider_unavailable");
  for (const companion of COMPANIONS[kind]) {
    if (body[companion] === undefined) throw invalid(companion, `is required with ${kind}`);
  }
  if (provider !== undefined && PROVIDERS[kind] !== undefined && provider !== PROVIDERS[kind])
    throw invalid("provider", `is not the one whose ${kind} it is`);
  const { code_verifier: codeVerifier = "", redirect_uri: redirectUri = "" } = body;
  const value = body[kind] ?? "";
  switch (kind) {
    case "access_token":
      return { kind, token: value };
    case "id_token":
      return { kind, token: value, nonce: body.nonce };
    case "code":
      return { kind, code: value, codeVerifier, redirectUri };
    case "login_code":
      return { kind, code: value, codeVerifier };
    case "guest_key":
      return { kind, key: value };
  }
}

function invalid(path: string, message: string): ApiError {
  return new ApiError("validation_failed", { fields: { fields: [{ path, message }] } });
}
