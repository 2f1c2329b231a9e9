import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { bars, type Results } from "./lib/bars";
import { chart } from "./lib/chart";
import { FULL, QUICK } from "./lib/plan";
import { report } from "./lib/report";
import { openStage } from "./lib/stage";
import { measureClient } from "./measures/client";
import { measureGrowth } from "./measures/growth";
import { measureMemory } from "./measures/memory";
import { measureRates } from "./measures/rates";
import { statementsOfRejected } from "./measures/rejected";
import { measureStart } from "./measures/start";
import { measureWorkers } from "./measures/workers";

// bun run bench [--quick]: everything on one throwaway PostgreSQL; prints the bars, saves table and chart.
const quick = process.argv.includes("--quick");
const plan = quick ? QUICK : FULL;
const folder = join(import.meta.dirname, quick ? "results/quick" : "results");
const say = (line: string) => console.log(`${new Date().toISOString().slice(11, 19)} ${line}`);
const load = () => loadavg()[0]?.toFixed(1) ?? "?";

const loadBefore = load();
const stage = await openStage();
try {
  say(`PostgreSQL ${stage.cluster.version}; load ${loadBefore}`);
  const rates = await measureRates(stage, plan, say);
  say("start");
  const start = await measureStart(stage, plan.rounds);
  say("client, rejected tokens, workers");
  const client = await measureClient(stage, plan);
  const statements = await statementsOfRejected(stage);
  const workers = await measureWorkers(stage, plan);
  say("memory");
  const memory = await measureMemory(stage, plan);
  say("growth");
  const growth = await measureGrowth(stage, plan);
  const results: Results = {
    setting: {
      taken: new Date().toISOString().slice(0, 16).replace("T", " "),
      machine: `${cpus().length} × ${cpus()[0]?.model.trim()}`,
      "load before": loadBefore,
      "load after": load(),
      Bun: Bun.version,
      PostgreSQL: stage.cluster.version,
      "better-auth": versionOf("better-auth"),
      plan: `${plan.rounds} rounds of ${plan.seconds} s`,
    },
    rates,
    growth,
    memory,
    start,
    workers,
    client,
    statementsOfRejected: statements,
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "results.json"), `${JSON.stringify(results, null, 1)}\n`);
  writeFileSync(join(folder, "results.md"), report(results));
  writeFileSync(join(folder, "results.svg"), chart(rates));
  console.log(`\n${report(results)}`);
  const missed = bars(results).filter(({ met }) => !met);
  console.log(missed.length === 0 ? "All bars are met." : `${missed.length} bars are missed.`);
} finally {
  await stage.close();
}
process.exit(0);

function versionOf(name: string): string {
  return JSON.parse(readFileSync(join(import.meta.dirname, "node_modules", name, "package.json"), "utf8"))
    .version;
}
