import { spawnSync } from "node:child_process";
import { userInfo } from "node:os";
import { resolve } from "node:path";
import { isExecutable } from "../../src/assets";
import type { By } from "../../src/audit/event";
import { createIdentityHashes } from "../../src/bans/identity-hashes";
import { systemClock } from "../../src/clock";
import { type Config, ConfigError, loadConfig } from "../../src/config/config";
import { type Database, openDatabase } from "../../src/db/database";
import { DatabaseStartError } from "../../src/db/errors";
import { ApiError } from "../../src/errors";
import { type KeyRing, loadKeyRing } from "../../src/session/keys";
import { createStores, createTransact, type Stores } from "../../src/stores";
import type { StudioDeps } from "../../src/studio/studio-deps";
import { createNamePolicy } from "../../src/users/name-policy";

const ROOT = resolve(import.meta.dirname, "../..");

/** Something that the operator has to put right, in one sentence. */
export class Refusal extends Error {}

/** What a command works with. */
export type AdminWorld = {
  stores: Stores;
  database: Database;
  config: Config;
  keyRing: KeyRing;
  /** For the use-cases of the studio's people. */
  studio: StudioDeps;
};

/** Works on the database that `.env` and `config.yml` name; what is wrong with it is one sentence and exit code 1. */
export async function withStores(work: (stores: Stores, world: AdminWorld) => Promise<void>): Promise<void> {
  try {
    const config = loadConfig({ cwd: isExecutable ? process.cwd() : ROOT, env: process.env });
    const database = await openDatabase(config.database);
    try {
      const clock = systemClock;
      const stores = createStores(database, clock, config);
      const keyRing = await loadKeyRing(config.security, config.dataDir);
      const onWarning = (line: string) => console.error(line);
      const studio = {
        transact: createTransact(database, clock, config),
        clock,
        identityHashes: createIdentityHashes({ bans: stores.bans, keyRing, clock, onWarning }),
        namePolicy: createNamePolicy(config.names),
        roles: config.roles,
        statRules: config.game.stats,
      };
      await work(stores, { stores, database, config, keyRing, studio });
    } finally {
      await database.close();
    }
  } catch (error) {
    const known = [Refusal, ApiError, ConfigError, DatabaseStartError].some((kind) => error instanceof kind);
    if (!known) throw error;
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}

/** Whoever runs the command, by the name of their account on this machine. @param reason what they say why */
export function operator(reason?: string): By {
  return { actor: { kind: "operator", id: accountName() }, ...(reason !== undefined && { reason }) };
}

/** Bun's `userInfo()` believes the environment, which whoever runs the command may set. */
function accountName(): string {
  if (process.platform === "win32") return userInfo().username.slice(0, 64);
  const { status, stdout } = spawnSync("id", ["-un"]);
  return status === 0 ? stdout.toString().trim().slice(0, 64) : `uid ${process.getuid?.()}`;
}
