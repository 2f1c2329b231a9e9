import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { bars, type Results } from "./lib/bars";
import { chart } from "./lib/chart";
import { FULL, QUICK } from "./lib/plan";
import { publish } from "./lib/publish";
import { footprintOf, report, rest, summary } from "./lib/report";
import { openStage } from "./lib/stage";
import { measureClient } from "./measures/client";
import { measureFootprint } from "./measures/footprint";
import { measureGameServers } from "./measures/game-servers";
import { measureGrowth } from "./measures/growth";
import { measureMemory } from "./measures/memory";
import { measureRates } from "./measures/rates";
import { statementsOfRejected } from "./measures/rejected";
import { measureStart } from "./measures/start";
import { measureWorkers } from "./measures/workers";

// bun run bench [--quick] [--continue]: everything on one throwaway PostgreSQL; prints the bars, saves table and
// chart, and the tables of docs/performance.md. What is measured is kept at once; --continue takes up a run that was cut
// short.
const quick = process.argv.includes("--quick");
const plan = quick ? QUICK : FULL;
const folder = join(import.meta.dirname, quick ? "results/quick" : "results");
const file = join(folder, "results.json");
const PAGE = join(import.meta.dirname, "../../docs/performance.md");
const SCALE_PAGE = join(import.meta.dirname, "../../docs/scale.md");
const say = (line: string) => console.log(`${new Date().toISOString().slice(11, 19)} ${line}`);
const load = () => loadavg()[0]?.toFixed(1) ?? "?";

mkdirSync(folder, { recursive: true });
const results: Partial<Results> = process.argv.includes("--continue")
  ? JSON.parse(readFileSync(file, "utf8"))
  : {};
const stage = await openStage();
try {
  results.setting ??= {
    taken: new Date().toISOString().slice(0, 16).replace("T", " "),
    machine: `${cpus().length} × ${cpus()[0]?.model.trim()}`,
    Bun: Bun.version,
    PostgreSQL: stage.cluster.version,
    "better-auth": versionOf("better-auth"),
    plan: `${plan.rounds} rounds of ${plan.seconds} s`,
    "load when it began": load(),
  };
  const measure = async <Name extends keyof Results>(name: Name, work: () => Promise<Results[Name]>) => {
    if (results[name] !== undefined) return;
    say(`${name}, load ${load()}`);
    results[name] = await work();
    writeFileSync(file, `${JSON.stringify(results, null, 1)}\n`);
  };
  await measure("rates", () => measureRates(stage, plan, say));
  await measure("gameServers", () => measureGameServers(stage, plan, say));
  await measure("start", () => measureStart(stage, plan.rounds));
  await measure("client", () => measureClient(stage, plan));
  await measure("statementsOfRejected", () => statementsOfRejected(stage));
  await measure("workers", () => measureWorkers(stage, plan));
  await measure("growth", () => measureGrowth(stage, plan));
  await measure("footprint", () => measureFootprint(stage));
  await measure("memory", () => measureMemory(stage, plan));
} finally {
  await stage.close();
}
const complete = results as Results;
writeFileSync(join(folder, "results.md"), report(complete));
writeFileSync(join(folder, "results.svg"), chart(complete.rates));
if (!quick) {
  publish(PAGE, "bars", summary(complete));
  publish(PAGE, "results", rest(complete));
  publish(SCALE_PAGE, "footprint", footprintOf(complete));
}
console.log(`\n${report(complete)}`);
const missed = bars(complete).filter(({ met }) => !met);
console.log(missed.length === 0 ? "All bars are met." : `${missed.length} bars are missed.`);
process.exit(0);

function versionOf(name: string): string {
  return JSON.parse(readFileSync(join(import.meta.dirname, "node_modules", name, "package.json"), "utf8"))
    .version;
}
