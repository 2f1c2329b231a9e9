import type { AuthorizationStore } from "../authorization/store";
import { type Clock, epochSeconds } from "../clock";
import { isLoopback } from "../config/fields";
import { ApiError } from "../errors";
import type { OwnUrl } from "../http/own-url";
import type { Limits } from "../limits/limits";
import type { KeyRing } from "../session/keys";
import { sha256 } from "../sha256";
import { createNonces, NONCE_LIFETIME_SECONDS } from "./nonce";
import { type DpopProof, readProof } from "./proof";

/** How far the clock of a device may be off before its proofs need a nonce. */
const SKEW_SECONDS = 60;

/** The parts of Elysia's context that are read here. */
export type ProvenRequest = {
  request: Request;
  server: { port?: number | undefined } | null;
  set: { headers: Record<string, string | number | undefined> };
};

/** The session of the token that a request brings, the key that it is bound to, and until when the token can be good. */
export type BoundSender = { sessionId: string; jkt: string; until: Date };

/** What comes with a proof. */
export type ProofCompany = {
  /** Which the proof then has to name. */
  accessToken?: string;
  /** Asked about a proof of a clock that is ahead alone; null for a token that is none of a bound session. */
  sender?: () => Promise<BoundSender | null>;
};

export type Dpop = {
  /**
   * The key that the sender of a request has proven to hold (RFC 9449 §4.3), and with the answer the next nonce.
   * @returns its thumbprint; null for a request without a proof
   * @throws {ApiError} invalid_dpop_proof; use_dpop_nonce, for one more try with the nonce of the answer
   */
  provenKey(parts: ProvenRequest, company?: ProofCompany): Promise<string | null>;
};

export type DpopDeps = {
  authorizations: Pick<AuthorizationStore, "spendOnce">;
  clock: Clock;
  keyRing: KeyRing;
  limits: Pick<Limits, "earlyProof">;
  ownUrl: OwnUrl;
};

/** Proofs of possession by which a session is bound to a device. */
export function createDpop({ authorizations, clock, keyRing, limits, ownUrl }: DpopDeps): Dpop {
  const nonces = createNonces(keyRing, clock);
  return {
    async provenKey({ request, server, set }, { accessToken, sender } = {}) {
      const header = request.headers.get("dpop");
      if (header === null) return null;
      set.headers["dpop-nonce"] = nonces.current();
      const { origin, pathname } = new URL(request.url);
      const own = new URL(ownUrl(server?.port));
      const proof = await readProof(header, {
        method: request.method,
        // A proxy has taken the path of our address off.
        urls: [
          own.origin + own.pathname.replace(/\/$/, "") + pathname,
          ...(isLoopback(own) ? [origin + pathname] : []),
        ],
        accessToken: accessToken ?? null,
      });
      // What only reads may be read twice.
      const servesOnce = request.method !== "GET" && request.method !== "HEAD";
      const { nonce, issuedAt } = proof;
      const secondsAhead = issuedAt - epochSeconds(clock);
      const isTimely = nonce === null ? Math.abs(secondsAhead) <= SKEW_SECONDS : nonces.isFresh(nonce);
      if (!isTimely) {
        const comesTrue = nonce === null && secondsAhead > SKEW_SECONDS;
        if (comesTrue && servesOnce && sender) await spendBeforeItsTime(proof, await sender());
        throw new ApiError("use_dpop_nonce");
      }
      if (servesOnce) await requireFirst(proof);
      return proof.jkt;
    },
  };

  async function requireFirst({ jkt, id }: DpopProof): Promise<void> {
    const forgetAfter = new Date(clock.now().getTime() + 2 * NONCE_LIFETIME_SECONDS * 1_000);
    if (!(await authorizations.spendOnce(hashOf(jkt, id), forgetAfter)))
      throw new ApiError("invalid_dpop_proof", { cause: "dpop_repeated" });
  }

  /** So that nobody who has read the request sends it once more when its time has come. */
  async function spendBeforeItsTime({ jkt, id, issuedAt }: DpopProof, sender: BoundSender | null) {
    if (sender?.jkt !== jkt || (issuedAt - SKEW_SECONDS) * 1_000 > sender.until.getTime()) return;
    const forgetAfter = new Date((issuedAt + 2 * NONCE_LIFETIME_SECONDS) * 1_000);
    // The key's own holder alone gets here, and leaves no more rows than so many.
    if (await limits.earlyProof(sender.sessionId))
      await authorizations.spendOnce(hashOf(jkt, id), forgetAfter);
  }
}

function hashOf(jkt: string, id: string): Buffer {
  return sha256(`dpop ${jkt} ${id}`);
}
