import { createHash } from "node:crypto";

const ECDSA = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const SKEW_SECONDS = 60;
const KEPT_SECONDS = 600;

/**
 * What RFC 9449 §4.3 asks of a proof, by WebCrypto and nothing else: its key and signature, method, address and time, and
 * that it comes for the first time. Here its time is right, so there are no nonces.
 * @returns the key's thumbprint; null for a proof that is not good
 */
export async function provenKey(
  store: { spendOnce(hash: Buffer, expiresAt: Date): Promise<boolean> },
  proof: string,
  method: string,
  url: string,
): Promise<string | null> {
  const [header = "", payload = "", signature = ""] = proof.split(".");
  const { typ, alg, jwk } = decoded(header);
  if (typ !== "dpop+jwt" || alg !== "ES256" || jwk?.kty !== "EC" || jwk.crv !== "P-256" || "d" in jwk)
    return null;
  const key = await crypto.subtle.importKey("jwk", jwk, ECDSA, false, ["verify"]);
  const signed = Buffer.from(`${header}.${payload}`);
  if (!(await crypto.subtle.verify(ECDSA, key, Buffer.from(signature, "base64url"), signed))) return null;
  const { jti, htm, htu, iat } = decoded(payload);
  if (htm !== method || htu !== url || typeof jti !== "string") return null;
  if (Math.abs(Date.now() / 1_000 - iat) > SKEW_SECONDS) return null;
  const jkt = sha256(`{"crv":"P-256","kty":"EC","x":"${jwk.x}","y":"${jwk.y}"}`).toString("base64url");
  const expiresAt = new Date(Date.now() + KEPT_SECONDS * 1_000);
  return (await store.spendOnce(sha256(`dpop ${jkt} ${jti}`), expiresAt)) ? jkt : null;
}

// biome-ignore lint/suspicious/noExplicitAny: whatever the client says
function decoded(part: string): any {
  return JSON.parse(Buffer.from(part, "base64url").toString());
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
