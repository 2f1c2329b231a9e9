import { createPublicKey, type JsonWebKey } from "node:crypto";
import type { Clock } from "../clock";
import { freshnessMs } from "./freshness";

/** Between a fetch of Google's keys that succeeded and the next, for a key id that is unknown. */
const COOLDOWN_MS = 30_000;
/** Between one that failed and the next. */
const FAILURE_PAUSE_MS = 1_000;
/** How long keys are kept: as Google's answer says (OpenID Connect Core §10.1.1), within bounds. */
const MAX_AGE_MS = { least: 60_000, most: 86_400_000, unsaid: 600_000 };
/**
 * For how long after that known keys are used while no new ones can be had. They are public and do not spoil: Google
 * shows a key for days before and after it signs, so that an outage of a day need not keep anybody out. It is bounded
 * because a key that Google withdraws must not live for as long as somebody keeps us from hearing of it.
 */
const OUTAGE_MS = 86_400_000;

/** Google's signing keys by key id, as PEM. */
export type Certificates = Record<string, string>;

type Answer = { certs: unknown; res?: { headers: Headers } | null };

/**
 * Google's signing keys, kept for as long as Google says, and through an outage of a day. An unknown key id asks for
 * them again, but at most once in 30 s, so that made-up key ids cannot drive traffic to Google.
 */
export class GoogleKeys {
  private certificates: Certificates = {};
  private freshUntil = Number.NEGATIVE_INFINITY;
  private attemptedAt = Number.NEGATIVE_INFINITY;
  private failure: unknown = null;
  private pending: Promise<void> | null = null;

  /** @param askGoogle for its keys, without a cache */
  constructor(
    private readonly askGoogle: () => Promise<Answer>,
    private readonly clock: Clock,
  ) {}

  /**
   * @returns all keys; the one asked for may be missing
   * @throws what the fetch threw, when the key asked for is not known or too old to use
   */
  async find(keyId: string): Promise<Certificates> {
    const now = this.clock.monotonic();
    const known = Object.hasOwn(this.certificates, keyId);
    if (known && now < this.freshUntil) return this.certificates;
    const usable = known && now < this.freshUntil + OUTAGE_MS;
    const pause = this.failure === null ? COOLDOWN_MS : FAILURE_PAUSE_MS;
    if (this.pending || now - this.attemptedAt >= pause) {
      // Once Google is known to be down, who has a usable key does not wait for it.
      const down = this.failure !== null;
      const fetched = this.refetch(now).catch((error) => {
        if (!usable) throw error;
      });
      if (!usable || !down) await fetched;
    } else if (!usable && this.failure !== null) throw this.failure;
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
      const { certs, res } = await this.askGoogle();
      this.certificates = toPem(certs);
      const said = (res && freshnessMs(res.headers)) ?? MAX_AGE_MS.unsaid;
      this.freshUntil = now + Math.min(Math.max(said, MAX_AGE_MS.least), MAX_AGE_MS.most);
      this.failure = null;
    } catch (error) {
      this.failure = error;
      throw error;
    }
  }
}

/** @throws TypeError for an answer without a single key, which must not take the place of good ones */
function toPem(answer: unknown): Certificates {
  const { keys, ...pems } = Object(answer) as Record<string, unknown>;
  const found = Array.isArray(keys) ? fromJwks(keys) : Object.entries(pems).filter(isPem);
  if (found.length === 0) throw Object.assign(new TypeError("Google's keys are none"), { code: "no_keys" });
  return Object.fromEntries(found) as Certificates;
}

function isPem([, value]: [string, unknown]): boolean {
  return typeof value === "string" && value.startsWith("-----BEGIN ");
}

function fromJwks(keys: (JsonWebKey & { kid?: string })[]): [string, string][] {
  return keys
    .filter((key) => key.kty === "RSA" && typeof key.kid === "string")
    .map((key) => [
      key.kid as string,
      createPublicKey({ key, format: "jwk" }).export({ type: "spki", format: "pem" }) as string,
    ]);
}
