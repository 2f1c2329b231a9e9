import type { Clock } from "../clock";
import { freshnessMs } from "./freshness";

/** Between a fetch of a provider's keys that succeeded and the next, for a key id that is unknown. */
const COOLDOWN_MS = 30_000;
/** Between one that failed and the next. */
const FAILURE_PAUSE_MS = 1_000;
/** How long keys are kept: as the provider's answer says (OpenID Connect Core §10.1.1), within bounds. */
const MAX_AGE_MS = { least: 60_000, most: 86_400_000, unsaid: 600_000 };
/**
 * For how long after that known keys are used while no new ones can be had. They are public and do not spoil: a
 * provider shows a key for days before and after it signs, so that an outage of a day need not keep anybody out. It is bounded
 * because a key that is withdrawn must not live for as long as somebody keeps us from hearing of it.
 */
const OUTAGE_MS = 86_400_000;

type Answer = { keys: unknown; headers?: Headers | undefined };

/**
 * A provider's signing keys, kept for as long as it says, and through an outage of a day. An unknown key id asks for
 * them again, but at most once in 30 s, so that made-up key ids cannot drive traffic to the provider.
 */
export class ProviderKeys<Key> {
  private known: Readonly<Record<string, Key>> = {};
  private freshUntil = Number.NEGATIVE_INFINITY;
  private attemptedAt = Number.NEGATIVE_INFINITY;
  private failure: unknown = null;
  private pending: Promise<void> | null = null;

  /**
   * @param ask the provider for its keys, without a cache
   * @param parse reads them out of the answer, by key id
   */
  constructor(
    private readonly ask: () => Promise<Answer>,
    private readonly parse: (keys: unknown) => Record<string, Key>,
    private readonly clock: Clock,
  ) {}

  /**
   * @returns all keys; the one asked for may be missing
   * @throws what the fetch threw, when the key asked for is not known or too old to use
   */
  async find(keyId: string): Promise<Readonly<Record<string, Key>>> {
    const now = this.clock.monotonic();
    const isKnown = Object.hasOwn(this.known, keyId);
    if (isKnown && now < this.freshUntil) return this.known;
    const usable = isKnown && now < this.freshUntil + OUTAGE_MS;
    const pause = this.failure === null ? COOLDOWN_MS : FAILURE_PAUSE_MS;
    if (this.pending || now - this.attemptedAt >= pause) {
      // Once the provider is known to be down, who has a usable key does not wait for it.
      const down = this.failure !== null;
      const fetched = this.refetch(now).catch((error) => {
        if (!usable) throw error;
      });
      if (!usable || !down) await fetched;
    } else if (!usable && this.failure !== null) throw this.failure;
    return this.known;
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
      const { keys, headers } = await this.ask();
      const known = this.parse(keys);
      if (Object.keys(known).length === 0) throw Object.assign(new TypeError("no keys"), { code: "no_keys" });
      this.known = known;
      const said = (headers && freshnessMs(headers)) ?? MAX_AGE_MS.unsaid;
      this.freshUntil = now + Math.min(Math.max(said, MAX_AGE_MS.least), MAX_AGE_MS.most);
      this.failure = null;
    } catch (error) {
      this.failure = error;
      throw error;
    }
  }
}
