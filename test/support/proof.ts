import { type Random, seededRandom } from "./random";

/** One promise and the machinery that tries to break it. */
export type Proof = {
  /** Two words or three, for the table of the soak. */
  name: string;
  /** The promise; the cases of `docs/cases.md` that it covers come first. */
  title: string;
  /** PostgreSQL is shared by the proofs; `restartable` is a cluster of the proof's own. */
  database: "embedded" | "postgres" | "restartable";
  /** Rounds inside `bun test`, where seconds count. */
  shortRounds: number;
  /** Most rounds of the soak, which also ends a proof when its share of the time is used. */
  longRounds: number;
  /** Its share of the soak's time, against those of the others. */
  share: number;
  /** Whether a round is so many random schedules, of which the soak may be told how many ({@link Run.schedules}). */
  countsSchedules?: true;
  /** Builds the proof's world once; everything deferred to the run is taken down after the last round. */
  prepare(run: Run): Promise<(round: number) => Promise<void>>;
};

/** What one proof did and found. */
export class Run {
  rounds = 0;
  faults = 0;
  checked = 0;
  /** Random schedules that were carried out to their end. */
  schedules = 0;
  readonly losses: string[] = [];
  readonly world = new AsyncDisposableStack();

  readonly random: Random;

  constructor(
    private readonly seed: number,
    private readonly title: string,
  ) {
    this.random = seededRandom(seed, title);
  }

  /** A seed for one round, the same whichever rounds went before it. */
  seedOf(round: number): number {
    return seededRandom(this.seed, `${this.title}, round ${round}`).integer(0, 2 ** 30);
  }

  /** Counts what was broken on purpose. */
  fault(count = 1): void {
    this.faults += count;
  }

  /** Counts something that the server had promised; when it does not hold, that is a loss. */
  check(holds: boolean, promise: string): void {
    this.checked += 1;
    if (!holds) this.losses.push(`round ${this.rounds}: ${promise}`);
  }
}

/** A round that takes longer hangs. */
const ROUND_LIMIT_MS = 100_000;

export type Length = {
  rounds: number;
  /** So many schedules instead, of a proof that counts them. */
  schedules?: number;
  /** Rounds that an earlier run has done. */
  skipped?: number;
  /** A time of `performance.now()`. */
  until?: number;
  /** Ends the proof after the round that is under way. */
  stop?: AbortSignal;
  onRound?: (run: Run) => void;
};

/** Runs a proof for so long as `length` says, at least one round. A throw is a loss. */
export async function prove(proof: Proof, seed: number, length: Length): Promise<Run> {
  const run = new Run(seed, proof.title);
  const { skipped = 0, until = Number.POSITIVE_INFINITY } = length;
  const isLongEnough = () =>
    length.schedules === undefined ? run.rounds >= length.rounds : run.schedules >= length.schedules;
  try {
    const round = await proof.prepare(run);
    do {
      run.rounds += 1;
      await withinLimit(round(skipped + run.rounds));
      length.onRound?.(run);
    } while (!isLongEnough() && performance.now() < until && !length.stop?.aborted);
  } catch (error) {
    run.losses.push(`round ${skipped + run.rounds}: ${error instanceof Error ? error.stack : error}`);
  } finally {
    await run.world.disposeAsync();
  }
  return run;
}

async function withinLimit(round: Promise<void>): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error("it hangs")), ROUND_LIMIT_MS);
  await Promise.race([round, promise]).finally(() => clearTimeout(timer));
}
