import { defineCommand, type ParsedArgs, runMain } from "citty";
import { systemClock } from "../src/clock";
import { withBulkPool } from "../src/db/bulk-pool";
import { FORMATS, isFormatName } from "../src/player-files/formats/formats";
import { importPlayers } from "../src/player-files/import-players";
import { importTable } from "../src/player-files/import-table";
import { providersHere } from "../src/player-files/providers-here";
import { createStores } from "../src/stores";
import { createNamePolicy } from "../src/users/name-policy";
import { json, reason } from "./admin/arguments";
import { printJson } from "./admin/output";
import { type AdminWorld, operator, Refusal, withStores } from "./admin/with-stores";
import { IMPORT, refused } from "./player-file-commands";
import { showProgress } from "./show-progress";

// Makes players of those in files of other systems: bun run import --from firebase users.json [--apply]

const args = {
  from: {
    type: "string",
    required: true,
    description: `What the files are: ${Object.keys(FORMATS).join(", ")}.`,
  },
  apply: { type: "boolean", default: false, description: "Do it." },
  "skip-refused": { type: "boolean", default: false, description: "Leave out the records that are refused." },
  all: {
    type: "boolean",
    default: false,
    description: "Take players without a way in here as well; support finds them by their old id.",
  },
  "keep-ids": { type: "boolean", default: false, description: "Keep the ids of a server of this kind." },
  reason,
  json,
} as const;

type Given = ParsedArgs<typeof args>;

await runMain(
  defineCommand({
    meta: {
      name: `${IMPORT} FILE…`,
      description:
        "Makes players of those in files, with their ways in (docs/import.md). Without --apply it only says what it would do.",
    },
    args,
    run: ({ args: given }) => withStores((_, world) => run(given, world)),
  }),
);

async function run(given: Given, { database, config, studio }: AdminWorld): Promise<void> {
  const { from, _: files } = given;
  requireKnown(given);
  if (!isFormatName(from)) throw new Refusal(`--from is one of ${Object.keys(FORMATS).join(", ")}.`);
  if (files.length === 0) throw new Refusal("Name a file.");
  const { known, setUp } = providersHere(config);
  const world = {
    statRules: config.game.stats,
    roles: config.roles.names,
    providers: known,
    now: systemClock.now(),
  };
  const progress = showProgress();
  const report = await withBulkPool(config.database, database, (pool) =>
    importPlayers(
      {
        pool,
        storesOn: (statements) => createStores(database, systemClock, config, statements),
        clock: systemClock,
        identityHashes: studio.identityHashes,
        namePolicy: createNamePolicy({ ...config.names, profanity: [] }),
        world,
        setUp,
      },
      {
        from,
        format: FORMATS[from],
        files,
        apply: given.apply,
        skipRefused: given["skip-refused"],
        all: given.all,
        keepIds: given["keep-ids"],
        by: operator(given.reason),
        onProgress: progress.show,
      },
    ),
  )
    .catch((error) => {
      throw refused(error, "run it again, which makes nobody twice.");
    })
    .finally(progress.clear);
  if (given.json) printJson(report);
  else console.log(importTable(report));
  if (given.apply && !report.applied) process.exitCode = 1;
}

/** A word that is misspelt would leave ids behind. */
function requireKnown(given: Given): void {
  const kebab = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const unknown = Object.keys(given).find((name) => name !== "_" && !Object.hasOwn(args, kebab(name)));
  if (unknown !== undefined) throw new Refusal(`There is no --${unknown}; --help shows what there is.`);
}
