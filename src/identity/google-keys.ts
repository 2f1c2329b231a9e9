import { createPublicKey, type JsonWebKey } from "node:crypto";
import type { OAuth2Client } from "google-auth-library";
import type { Clock } from "../clock";

/** Between a fetch of Google's keys that succeeded and the next, for a key id that is unknown. */
const COOLDOWN_MS = 30_000;
/** Between one that failed and the next. */
const FAILURE_PAUSE_MS = 1_000;
const MAX_AGE_MS = 600_000;

/** Google's signing keys by key id, as PEM. */
export type Certificates = Record<string, string>;

/**
 * Google's signing keys, kept for ten minutes. An unknown key id asks for them again, but at most once in
 * 30 s, so that made-up key ids cannot drive traffic to Google.
 */
export class GoogleKeys {
  private certificates: Certificates = {};
  private fetchedAt = Number.NEGATIVE_INFINITY;
  private attemptedAt = Number.NEGATIVE_INFINITY;
  private failure: unknown = null;
  private pending: Promise<void> | null = null;

  /** @param newClient makes a client without a key cache of its own */
  constructor(
    private readonly newClient: () => OAuth2Client,
    private readonly clock: Clock,
  ) {}

  /**
   * @returns all keys; the one asked for may be missing
   * @throws what the fetch threw, when the keys are too old to use
   */
  async find(keyId: string): Promise<Certificates> {
    const now = this.clock.now().getTime();
    const fresh = isWithin(MAX_AGE_MS, this.fetchedAt, now);
    if (!fresh || !Object.hasOwn(this.certificates, keyId)) {
      const pause = this.failure === null ? COOLDOWN_MS : FAILURE_PAUSE_MS;
      if (this.pending || !isWithin(pause, this.attemptedAt, now)) await this.refetch(now);
      else if (!fresh) throw this.failure;
    }
    return this.certificates;
  }

  private refetch(now: number): Promise<void> {
    this.pending ??= this.fetchKeys(now).finally(() => {
      this.pending = null;
    });
    return this.pending;
  }

  private async fetchKeys(now: number): Promise<void> {
    this.attemptedAt = now;
    try {
      const { certs } = await this.newClient().getFederatedSignonCerts();
      this.certificates = toPem(certs);
      this.fetchedAt = now;
      this.failure = null;
    } catch (error) {
      this.failure = error;
      throw error;
    }
  }
}

/** Whether so little time went by since `then`; false when the clock was set back meanwhile. */
function isWithin(ms: number, then: number, now: number): boolean {
  return now >= then && now - then < ms;
}

function toPem(answer: unknown): Certificates {
  const body = answer as { keys?: unknown } | null;
  if (!body || typeof body !== "object") throw new TypeError("Google's keys are not JSON");
  if (!Array.isArray(body.keys)) return body as Certificates;
  return Object.fromEntries(
    (body.keys as (JsonWebKey & { kid?: string })[])
      .filter((key) => key.kty === "RSA" && typeof key.kid === "string")
      .map((key) => [
        key.kid as string,
        createPublicKey({ key, format: "jwk" }).export({ type: "spki", format: "pem" }) as string,
      ]),
  );
}
