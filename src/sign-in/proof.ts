import { ApiError } from "../errors";
import type { CodeGrant, IdentityProof } from "../identity/provider";
import type { SignInBody } from "./model";

/** The one thing by which a player proves who they are. */
export type Proof =
  | IdentityProof
  | ({ kind: "code" } & CodeGrant)
  | { kind: "login_code"; code: string; codeVerifier: string };

const PROOFS = ["access_token", "id_token", "code", "login_code"] as const;
const COMPANIONS = {
  access_token: [],
  id_token: [],
  code: ["code_verifier", "redirect_uri"],
  login_code: ["code_verifier"],
} as const satisfies Record<(typeof PROOFS)[number], (keyof SignInBody)[]>;

/**
 * Picks the proof out of a login request.
 * @throws {ApiError} validation_failed for none, several, or one without its companions
 */
export function readProof(body: SignInBody): Proof {
  const given = PROOFS.filter((name) => body[name] !== undefined);
  const [kind] = given;
  if (!kind || given.length > 1) {
    throw invalid("", `exactly one of ${PROOFS.join(", ")} is required`);
  }
  for (const companion of COMPANIONS[kind]) {
    if (body[companion] === undefined) throw invalid(companion, `is required with ${kind}`);
  }
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
  }
}

function invalid(path: string, message: string): ApiError {
  return new ApiError("validation_failed", { fields: { fields: [{ path, message }] } });
}
