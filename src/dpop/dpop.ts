import type { AuthorizationStore } from "../authorization/store";
import { type Clock, epochSeconds } from "../clock";
import { isLoopback } from "../config/fields";
import { ApiError } from "../errors";
import type { OwnUrl } from "../http/own-url";
import type { KeyRing } from "../session/keys";
import { sha256 } from "../sha256";
import { createNonces, NONCE_LIFETIME_SECONDS } from "./nonce";
import { readProof } from "./proof";

/** How far the clock of a device may be off before its proofs need a nonce. */
const SKEW_SECONDS = 60;

/** The parts of Elysia's context that are read here. */
export type ProvenRequest = {
  request: Request;
  server: { port?: number | undefined } | null;
  set: { headers: Record<string, string | number | undefined> };
};

export type Dpop = {
  /**
   * The key that the sender of a request has proven to hold (RFC 9449 §4.3), and with the answer the next nonce.
   * @param accessToken that came with it, which the proof then has to name
   * @returns its thumbprint; null for a request without a proof
   * @throws {ApiError} invalid_dpop_proof; use_dpop_nonce, for one more try with the nonce of the answer
   */
  provenKey(parts: ProvenRequest, accessToken?: string): Promise<string | null>;
};

export type DpopDeps = {
  authorizations: Pick<AuthorizationStore, "spendOnce">;
  clock: Clock;
  keyRing: KeyRing;
  ownUrl: OwnUrl;
};

/** Proofs of possession by which a session is bound to a device. */
export function createDpop({ authorizations, clock, keyRing, ownUrl }: DpopDeps): Dpop {
  const nonces = createNonces(keyRing, clock);
  return {
    async provenKey({ request, server, set }, accessToken) {
      const header = request.headers.get("dpop");
      if (header === null) return null;
      set.headers["dpop-nonce"] = nonces.current();
      const { origin, pathname } = new URL(request.url);
      const own = new URL(ownUrl(server?.port));
      const { jkt, id, issuedAt, nonce } = await readProof(header, {
        method: request.method,
        // A proxy has taken the path of our address off.
        urls: [
          own.origin + own.pathname.replace(/\/$/, "") + pathname,
          ...(isLoopback(own) ? [origin + pathname] : []),
        ],
        accessToken: accessToken ?? null,
      });
      const isTimely =
        nonce === null ? Math.abs(epochSeconds(clock) - issuedAt) <= SKEW_SECONDS : nonces.isFresh(nonce);
      if (!isTimely) throw new ApiError("use_dpop_nonce");
      // What only reads may be read twice.
      if (request.method !== "GET" && request.method !== "HEAD") await requireFirst(jkt, id);
      return jkt;
    },
  };

  async function requireFirst(jkt: string, id: string): Promise<void> {
    const forgetAfter = new Date(clock.now().getTime() + 2 * NONCE_LIFETIME_SECONDS * 1_000);
    const isFirst = await authorizations.spendOnce(sha256(`dpop ${jkt} ${id}`), forgetAfter);
    if (!isFirst) throw new ApiError("invalid_dpop_proof", { cause: "dpop_repeated" });
  }
}
