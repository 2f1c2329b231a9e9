import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { installLine, missingPackages } from "../test/fleet/packages";
import { runFleet } from "../test/fleet/run";
import { isGreen, outcomeTable, problemLines } from "../test/fleet/table";

const HELP = `Runs a whole fleet on this machine, and breaks it while people play: PostgreSQL under Patroni with etcd, PgBouncer,
HAProxy, Redis and three servers. A server is killed, PgBouncer restarts, the leader is killed, a replica is cut off, a
release with a migration is rolled through, and the secrets rotate.

  bun run fleet [--players 2000] [--minutes 3] [--seed N]

  --players  how many play; each does something every 20 s
  --minutes  about how long they play
  --seed     repeats the order and the choices of an earlier run, which printed it

Exit code 1 when an acknowledged write was lost, a player was signed out, or anybody was answered what they should not be.`;

const { values } = parseArgs({
  options: {
    players: { type: "string", default: "2000" },
    minutes: { type: "string", default: "3" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const [players, minutes, seed] = [values.players, values.minutes, values.seed].map(Number) as [
  number,
  number,
  number,
];
if (!(Number.isInteger(players) && players > 0 && minutes > 0 && Number.isInteger(seed))) {
  console.error("--players and --seed are whole numbers, --minutes a number above 0.");
  process.exit(2);
}
const missing = missingPackages();
if (missing.length > 0) {
  console.error(`A fleet needs ${missing.join(", ")}:\n\n  ${installLine(missing)}`);
  process.exit(2);
}

const stopping = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.on(signal, () => stopping.abort(new Error(`Ended by ${signal}.`)));
const began = performance.now();
const say = (line: string) =>
  console.log(`${((performance.now() - began) / 1_000).toFixed(0).padStart(4)} s  ${line}`);

const home = mkdtempSync(join(tmpdir(), "account-server-fleet-"));
console.log(`Seed ${seed}`);
try {
  const outcome = await runFleet({ players, seed, minutes, home, stop: stopping.signal, say });
  const green = isGreen(outcome);
  console.log(["", outcomeTable(outcome), ...problemLines(outcome)].join("\n"));
  end(green);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  end(stopping.signal.aborted);
}

/** @param tidy whether nobody needs the logs */
function end(tidy: boolean): never {
  if (tidy) rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  else console.error(`The logs of each engine are in ${home}.`);
  process.exit(stopping.signal.aborted || !tidy ? 1 : 0);
}
