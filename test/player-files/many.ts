import { rmSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { testPostgres } from "../support/postgres";
import { environment } from "../support/prisma-cli";
import { temporaryFolder } from "../support/temporary";
import { MADE_UP, type MadeUp, writeMadeUp } from "./made-up-players";

// Imports and exports as many made-up players as one likes, each in a process of its own, and says how long it took and how
// much memory: bun test/player-files/many.ts [--players 1000000] [--from firebase]

const { values } = parseArgs({
  options: { players: { type: "string", default: "100000" }, from: { type: "string", default: "firebase" } },
});
const kind = values.from as MadeUp;
if (!(kind in MADE_UP)) throw new Error(`--from is one of ${Object.keys(MADE_UP).join(", ")}`);
const players = Number(values.players);

using folder = temporaryFolder();
const file = join(folder.path, `players.${kind}`);
await writeMadeUp(kind, players, file);
const env = environment(await (await testPostgres()).createDatabase());
const table: Record<string, object> = {};

await measure("look", "import", "--from", kind, file, "--json");
await measure("import", "import", "--from", kind, file, "--apply", "--json");
await measure("import again", "import", "--from", kind, file, "--apply", "--json");
for (const to of ["csv", "json"]) {
  await measure(`export ${to}`, "export", "--to", to, "--out", join(folder.path, `out.${to}`));
  table[`export ${to}`] = {
    ...table[`export ${to}`],
    MiB: mib(statSync(join(folder.path, `out.${to}`)).size),
  };
}
console.log(`${players.toLocaleString("en")} players, ${kind}, ${mib(statSync(file).size)} MiB`);
console.table(table);
rmSync(file);
process.exit(0);

async function measure(what: string, script: string, ...args: string[]): Promise<void> {
  const began = performance.now();
  const child = Bun.spawn(["bun", resolve(import.meta.dirname, `../../scripts/${script}.ts`), ...args], {
    env: { PATH: process.env.PATH, NO_COLOR: "1", ...env },
    stdout: "pipe",
    stderr: "inherit",
  });
  const out = await new Response(child.stdout).text();
  if ((await child.exited) !== 0) throw new Error(`${what} came to nothing`);
  const { newPlayers, alreadyHere, renamed } = out ? JSON.parse(out) : {};
  const peak = Number(child.resourceUsage()?.maxRSS ?? 0);
  table[what] = {
    seconds: Math.round((performance.now() - began) / 1_000),
    "peak MiB": mib(peak),
    new: newPlayers,
    here: alreadyHere,
    renamed: renamed?.count,
  };
}

function mib(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}
