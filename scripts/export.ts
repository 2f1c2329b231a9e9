import { once } from "node:events";
import { defineCommand, runMain } from "citty";
import { systemClock } from "../src/clock";
import { withBulkPool } from "../src/db/bulk-pool";
import type { Statements } from "../src/db/database";
import { EXPORT_KINDS, type ExportKind, exportPlayers } from "../src/player-files/export-players";
import { writeNewFile } from "../src/player-files/new-file";
import { createStores } from "../src/stores";
import { reason } from "./admin/arguments";
import { type AdminWorld, operator, Refusal, withStores } from "./admin/with-stores";
import { EXPORT, refused } from "./player-file-commands";

// Writes all players into a file that `import` reads again: bun run export --to csv --out players.csv

await runMain(
  defineCommand({
    meta: {
      name: EXPORT,
      description:
        "Writes all players, with their ways in and progress (docs/import.md). No secret is in it.",
    },
    args: {
      to: { type: "string", required: true, description: `What to write: ${EXPORT_KINDS.join(" or ")}.` },
      out: { type: "string", description: "The file, which must not be there yet (default: the output)." },
      reason,
    },
    run: ({ args: { to, out, reason: why } }) =>
      withStores((_, world) =>
        run(to, out, why, world).catch((error) => {
          throw refused(error, "run it again.");
        }),
      ),
  }),
);

async function run(
  to: string,
  out: string | undefined,
  why: string | undefined,
  { database, config }: AdminWorld,
): Promise<void> {
  const kind = EXPORT_KINDS.find((each): each is ExportKind => each === to);
  if (!kind) throw new Refusal(`--to is ${EXPORT_KINDS.join(" or ")}.`);
  const work = (write: (text: string) => Promise<void>) =>
    withBulkPool(config.database, database, (pool) => {
      const storesOn = (statements: Statements) => createStores(database, systemClock, config, statements);
      return exportPlayers({ pool, storesOn, clock: systemClock }, kind, operator(why), write);
    });
  if (out === undefined) {
    await work(toOutput);
  } else {
    const count = await writeNewFile(out, work);
    console.error(`${count.toLocaleString("en")} players are in ${out}.`);
  }
}

async function toOutput(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, "drain");
}
