/** What players met between two moments. */
export type Phase = {
  name: string;
  seconds: number;
  /** Sent over the wire, repetitions included. */
  requests: number;
  /** Answers that a client takes for "not now" and asks again after, as the SDK does by itself, or none. */
  askedAgain: number;
  /** Answers that nobody should get, and what never came to its end. */
  errors: number;
  /** Seconds without a single success, of anything and of what writes. */
  silence: number;
  writeSilence: number;
  /** Seconds that one player waited from asking until it was done, at the longest. */
  longestWait: number;
};

/** The balancer's own among them. */
const NOT_NOW = [502, 503, 504];

/** The report before it, whose answer was lost, is still under way. */
const UNDER_WAY = "idempotency_key_in_use";

/** Counts what players send and get, phase by phase. */
export class Traffic {
  readonly phases: Phase[] = [];
  /** What went wrong, once each, and how often. */
  readonly problems = new Map<string, number>();
  private began: number;
  private lastSuccess: number;
  private lastWrite: number;

  /** @param now a time that never jumps, in milliseconds */
  constructor(private readonly now: () => number = () => performance.now()) {
    this.began = this.lastSuccess = this.lastWrite = now();
  }

  /** Ends the phase before. A silence that goes on counts in both, each time from its beginning. */
  begin(name: string): void {
    this.end();
    this.began = this.now();
    const counts = { requests: 0, askedAgain: 0, errors: 0, silence: 0, writeSilence: 0, longestWait: 0 };
    this.phases.push({ name, seconds: 0, ...counts });
  }

  /** Ends the last phase. */
  end(): void {
    const now = this.now();
    const { current } = this;
    if (!current) {
      this.lastSuccess = this.lastWrite = now;
      return;
    }
    current.seconds = (now - this.began) / 1_000;
    this.hush(now);
  }

  sent(): void {
    if (this.current) this.current.requests += 1;
  }

  /**
   * @param status null when no answer came
   * @param writes whether the request was one that writes
   * @param code of an error's body
   */
  answered(what: string, status: number | null, writes: boolean, code = ""): void {
    const { current } = this;
    if (!current) return;
    if (status === null || NOT_NOW.includes(status) || code === UNDER_WAY) current.askedAgain += 1;
    else if (status >= 200 && status < 300) this.succeeded(writes);
    else this.failed(`${what} was answered ${status} ${code}`.trim());
  }

  failed(what: string): void {
    if (this.current) this.current.errors += 1;
    this.problems.set(what, (this.problems.get(what) ?? 0) + 1);
  }

  /** @param seconds from the first request until it was done */
  waited(seconds: number): void {
    const { current } = this;
    if (current) current.longestWait = Math.max(current.longestWait, seconds);
  }

  /** When something last succeeded, by the clock of this. */
  get lastSuccessAt(): number {
    return this.lastSuccess;
  }

  private succeeded(writes: boolean): void {
    const now = this.now();
    this.hush(now, writes);
    this.lastSuccess = now;
    if (writes) this.lastWrite = now;
  }

  private hush(now: number, writes = true): void {
    const { current } = this;
    if (!current) return;
    current.silence = Math.max(current.silence, (now - this.lastSuccess) / 1_000);
    if (writes) current.writeSilence = Math.max(current.writeSilence, (now - this.lastWrite) / 1_000);
  }

  private get current(): Phase | undefined {
    return this.phases.at(-1);
  }
}

/** All phases as one. */
export function total(phases: Phase[]): Phase {
  const sum = (key: "seconds" | "requests" | "askedAgain" | "errors") =>
    phases.reduce((all, phase) => all + phase[key], 0);
  const most = (key: "silence" | "writeSilence" | "longestWait") =>
    Math.max(0, ...phases.map((phase) => phase[key]));
  return {
    name: "all",
    seconds: sum("seconds"),
    requests: sum("requests"),
    askedAgain: sum("askedAgain"),
    errors: sum("errors"),
    silence: most("silence"),
    writeSilence: most("writeSilence"),
    longestWait: most("longestWait"),
  };
}
