import { resolve } from "node:path";
import { defineCommand, runMain } from "citty";
import { adopt } from "../src/adoption/adopt";
import { adoptionTable } from "../src/adoption/report";
import { ConfigError, loadConfig } from "../src/config/config";
import { DatabaseStartError, toStartError } from "../src/db/errors";

// Makes the database of the Python server before this one ours: bun run adopt [--apply]

await runMain(
  defineCommand({
    meta: {
      name: "bun run adopt",
      description:
        "Makes the database of the Python server that was before this one ours, in one transaction. Ids stay, and everybody stays signed in. Without --apply it does it, reports, and takes it back.",
    },
    args: {
      apply: { type: "boolean", default: false, description: "Do it. The old server has to be stopped." },
      "time-zone": {
        type: "string",
        description:
          "The zone of the times that have none, as in Europe/Berlin (default: the database's TimeZone).",
      },
      json: { type: "boolean", default: false, description: "Print JSON." },
    },
    async run({ args }) {
      try {
        const { database, security } = loadConfig({
          cwd: resolve(import.meta.dirname, ".."),
          env: process.env,
        });
        if (database.kind === "embedded")
          throw new DatabaseStartError(
            "The old server's database is in PostgreSQL; set DB_USER, DB_PASSWORD and DB_NAME.",
          );
        const options = { apply: args.apply, timeZone: args["time-zone"] ?? null };
        const report = await adopt(database, security, options).catch((error) => {
          throw toStartError(error, database);
        });
        console.log(args.json ? JSON.stringify(report, null, 2) : adoptionTable(report, args.apply));
      } catch (error) {
        if (!(error instanceof ConfigError || error instanceof DatabaseStartError)) throw error;
        console.error(error.message);
        process.exitCode = 1;
      }
    },
  }),
);
