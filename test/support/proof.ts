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
  /** Builds the proof's world once; everything deferred to the run is taken down after the last round. */
  prepare(run: Run): Promise<(round: number) => Promise<void>>;
};

/** What one proof did and found. */
export class Run {
  rounds = 0;
  faults = 0;
  checked = 0;
  readonly losses: string[] = [];
  readonly world = new AsyncDisposableStack();

  constructor(readonly random: Random) {}

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

export type Length = { rounds: number; until?: number };

/** Runs a proof for so many rounds, at least one, or until a time of `performance.now()`. A throw is a loss. */
export async function prove(proof: Proof, seed: number, length: Length): Promise<Run> {
  const run = new Run(seededRandom(seed, proof.title));
  try {
    const round = await proof.prepare(run);
    do {
      run.rounds += 1;
      await withinLimit(round(run.rounds));
    } while (run.rounds < length.rounds && performance.now() < (length.until ?? Number.POSITIVE_INFINITY));
  } catch (error) {
    run.losses.push(`round ${run.rounds}: ${error instanceof Error ? error.stack : error}`);
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
