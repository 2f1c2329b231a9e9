import { parseArgs } from "node:util";
import { PROOFS, stopSharedWorlds } from "../test/faults/proofs";
import { FUZZ_PROOFS } from "../test/fuzz/proofs";
import { type Proof, prove, type Run } from "../test/support/proof";

const HELP = `Runs every proof of test/faults and test/fuzz in its long form, against real processes and a real PostgreSQL.

  bun run soak [--minutes 15] [--quick] [--seed N] [--only NAME]
  bun run soak --schedules 1000000 [--seed N] [--skip ROUNDS] [--only NAME]

  --minutes  about how long all of it may take
  --quick    the same as --minutes 2
  --seed     repeats the choices of an earlier run, which printed it
  --only     the proofs whose name contains this
  --schedules  so many random schedules of each proof that counts them, however long it takes; a line each minute says
             how far it is, and SIGTERM or Ctrl-C ends it with the totals so far
  --skip     rounds that an earlier run of the same seed has done

Exit code 1 when anything was lost.`;

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "15" },
    quick: { type: "boolean", default: false },
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
    only: { type: "string", default: "" },
    schedules: { type: "string" },
    skip: { type: "string", default: "0" },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const seed = Number(values.seed);
const end = performance.now() + (values.quick ? 2 : Number(values.minutes)) * 60_000;
const schedules = values.schedules === undefined ? undefined : Number(values.schedules);
const proofs = [...PROOFS, ...FUZZ_PROOFS].filter(
  ({ name, countsSchedules }) =>
    name.includes(values.only) && (schedules === undefined || countsSchedules === true),
);
const stopping = new AbortController();
for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stopping.abort());

console.log(`Seed ${seed}`);
const table = [];
const losses: string[] = [];
for (const [index, proof] of proofs.entries()) {
  if (stopping.signal.aborted) break;
  const row = await soak(proof, proofs.slice(index + 1));
  console.log(`${row.proof}: ${row.rounds} rounds, ${row.losses} losses, ${row.seconds} s`);
  table.push(row);
}
await stopSharedWorlds();
console.table(Object.fromEntries(table.map(({ proof, ...row }) => [proof, row])));
for (const loss of losses) console.log(loss);
process.exit(losses.length > 0 ? 1 : 0);

/** One proof, for its share of the time that is left; what it does not use goes to those after it. */
async function soak(proof: Proof, after: Proof[]) {
  const begin = performance.now();
  const shares = after.reduce((sum, { share }) => sum + share, proof.share);
  const until = begin + ((end - begin) * proof.share) / shares;
  const run = await prove(proof, seed, {
    rounds: proof.longRounds,
    stop: stopping.signal,
    ...(schedules === undefined
      ? { until }
      : { schedules, skipped: Number(values.skip), onRound: progress() }),
  });
  losses.push(...run.losses.map((loss) => `${proof.name}, ${loss}`));
  return {
    proof: proof.name,
    rounds: run.rounds,
    "faults injected": run.faults,
    "acknowledgements checked": run.checked,
    ...(run.schedules > 0 && { schedules: run.schedules }),
    losses: run.losses.length,
    seconds: Math.round((performance.now() - begin) / 1_000),
  };
}

/** Says each minute how far a long proof is. */
function progress(): (run: Run) => void {
  const began = performance.now();
  let said = began;
  return (run) => {
    const now = performance.now();
    if (now - said < 60_000) return;
    said = now;
    const perSecond = Math.round((run.schedules * 1_000) / (now - began));
    console.log(
      `${new Date().toISOString()} ${run.schedules} schedules in ${run.rounds} rounds, ${run.checked} checks, ${run.losses.length} losses, ${perSecond}/s`,
    );
  };
}
