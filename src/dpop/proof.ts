import { calculateJwkThumbprint, compactVerify, EmbeddedJWK, type JWK } from "jose";
import { ApiError } from "../errors";
import { sha256 } from "../sha256";

const MAXIMUM_LENGTH = 4_096;
const MAXIMUM_ID_LENGTH = 256;
/** What a public P-256 key has, and what else may stand beside it. Never a private part. */
const JWK_MEMBERS = new Set(["kty", "crv", "x", "y", "kid", "use", "alg", "key_ops", "ext"]);

const strictUtf8 = new TextDecoder("utf-8", { fatal: true });

/** What a proof says that holds whenever it is looked at. */
export type DpopProof = {
  /** Thumbprint of the key that signed it (RFC 7638). */
  jkt: string;
  id: string;
  /** Seconds since the epoch, by the clock of whoever made it. */
  issuedAt: number;
  nonce: string | null;
};

/** What the proof has to be about. */
export type ProofTarget = {
  method: string;
  /** The addresses by which the request may mean us, without query and fragment. */
  urls: readonly string[];
  /** Sent beside it, when one was. */
  accessToken: string | null;
};

/**
 * Checks a DPoP proof (RFC 9449 §4.3, 2 to 9 and 12): signature, type, ES256 alone, a public key, method, address, and
 * the access token. Its age, nonce and whether it comes for the first time are the caller's to judge.
 * @throws {ApiError} invalid_dpop_proof
 */
export async function readProof(proof: string, target: ProofTarget): Promise<DpopProof> {
  if (proof.length > MAXIMUM_LENGTH) throw refused("too_long");
  const { claims, jwk } = await verify(proof);
  const { jti, htm, htu, iat, nonce, ath } = claims;
  if (typeof jti !== "string" || jti === "" || jti.length > MAXIMUM_ID_LENGTH) throw refused("jti");
  if (htm !== target.method) throw refused("htm");
  if (typeof htu !== "string" || !target.urls.includes(withoutQuery(htu))) throw refused("htu");
  if (typeof iat !== "number") throw refused("iat");
  if (nonce !== undefined && typeof nonce !== "string") throw refused("nonce");
  const { accessToken } = target;
  if (accessToken !== null && ath !== sha256(accessToken).toString("base64url")) throw refused("ath");
  const jkt = await calculateJwkThumbprint(jwk);
  return { jkt, id: jti, issuedAt: iat, nonce: nonce ?? null };
}

async function verify(proof: string): Promise<{ claims: Record<string, unknown>; jwk: JWK }> {
  try {
    const { payload, protectedHeader } = await compactVerify(proof, EmbeddedJWK, { algorithms: ["ES256"] });
    const { typ, jwk } = protectedHeader;
    const isPublic = Object.keys(jwk ?? {}).every((member) => JWK_MEMBERS.has(member));
    const claims: unknown = JSON.parse(strictUtf8.decode(payload));
    if (typ === "dpop+jwt" && jwk && isPublic && typeof claims === "object" && claims !== null)
      return { claims: claims as Record<string, unknown>, jwk };
  } catch {}
  throw refused("signature");
}

/** Scheme and host in one spelling (RFC 9449 §4.3, 9); what is no address is none of ours. */
function withoutQuery(htu: string): string {
  const url = URL.parse(htu);
  return url ? url.origin + url.pathname : "";
}

/** @param cause for the log alone */
function refused(cause: string): ApiError {
  return new ApiError("invalid_dpop_proof", { cause: `dpop_${cause}` });
}
