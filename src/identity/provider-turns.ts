import type { Deadline } from "./sign-in-deadline";

/**
 * How many questions this process asks a provider at once. Some 83 players a second sign in when 5,000 do within a minute,
 * with two questions of 0.3 s each at most: 50 at once.
 */
const MAXIMUM_AT_ONCE = 64;

/** Keeps a flood of sign-ins from becoming a flood at a provider: who finds all turns taken waits, first come, first served. */
export class ProviderTurns {
  private taken = 0;
  private readonly waiting = new Set<() => void>();

  constructor(
    private readonly provider: string,
    private readonly maximum = MAXIMUM_AT_ONCE,
  ) {}

  /**
   * Asks when it is its turn. The turn lasts until the question is done, also when nobody waits for it any more.
   * @throws {ApiError} google_unavailable or provider_unavailable_now, with a cause such as `google_busy`, when the deadline comes before the turn
   */
  async ask<T>(inTime: Deadline, question: () => Promise<T>): Promise<T> {
    if (this.taken < this.maximum) this.taken++;
    else await this.turn(inTime);
    return inTime(question().finally(() => this.passOn()));
  }

  private async turn(inTime: Deadline): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.waiting.add(resolve);
    try {
      await inTime(promise, `${this.provider}_busy`);
    } catch (error) {
      // A turn that came in the very moment of the deadline is the next one's.
      if (!this.waiting.delete(resolve)) this.passOn();
      throw error;
    }
  }

  private passOn(): void {
    const [next] = this.waiting;
    if (!next) this.taken--;
    else {
      this.waiting.delete(next);
      next();
    }
  }
}
