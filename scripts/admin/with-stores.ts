import { resolve } from "node:path";
import { isExecutable } from "../../src/assets";
import { systemClock } from "../../src/clock";
import { type Config, ConfigError, loadConfig } from "../../src/config/config";
import { openDatabase } from "../../src/db/database";
import { DatabaseStartError } from "../../src/db/errors";
import { createStores, type Stores } from "../../src/stores";

const ROOT = resolve(import.meta.dirname, "../..");

/** Something that the operator has to put right, in one sentence. */
export class Refusal extends Error {}

/** Works on the database that `.env` and `config.yml` name; what is wrong with it is one sentence and exit code 1. */
export async function withStores(work: (stores: Stores, config: Config) => Promise<void>): Promise<void> {
  try {
    const config = loadConfig({ cwd: isExecutable ? process.cwd() : ROOT, env: process.env });
    const database = await openDatabase(config.database);
    try {
      await work(createStores(database, systemClock, config), config);
    } finally {
      await database.close();
    }
  } catch (error) {
    const known = [Refusal, ConfigError, DatabaseStartError].some((kind) => error instanceof kind);
    if (!known) throw error;
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}
