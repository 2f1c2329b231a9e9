import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createIdentityHashes } from "../../src/bans/identity-hashes";
import { systemClock } from "../../src/clock";
import { type Config, loadConfig } from "../../src/config/config";
import type { Database, Statements } from "../../src/db/database";
import { type ExportKind, exportPlayers } from "../../src/player-files/export-players";
import { FORMATS, type FormatName } from "../../src/player-files/formats/formats";
import { type ImportDeps, type ImportOptions, importPlayers } from "../../src/player-files/import-players";
import { providersHere } from "../../src/player-files/providers-here";
import { loadKeyRing } from "../../src/session/keys";
import { createStores } from "../../src/stores";
import { createNamePolicy } from "../../src/users/name-policy";
import { JWT_SECRET } from "./server";

/** A file of `test/fixtures/player-files`. */
export function playerFile(name: string): string {
  return resolve(import.meta.dirname, "../fixtures/player-files", name);
}

/** Writes a file that goes with the world. */
export function fileOf(
  world: DisposableStack | AsyncDisposableStack,
  name: string,
  text: string | Buffer,
): string {
  const folder = mkdtempSync(join(tmpdir(), "account-server-players-"));
  world.defer(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const BY = { actor: { kind: "operator", id: "ops" } } as const;
const STATS = { best_score: "max", coins: "sum", wins: "sum" } as const;

/** Imports into a database and exports from it, as the commands do. @param given as a server there has it */
export function playerFilesAt(database: Database, given?: Config, changes: Partial<ImportDeps> = {}) {
  const config = given ?? loadConfig({ cwd: tmpdir(), env: { JWT_SECRET } });
  const storesOn = (statements: Statements) => createStores(database, systemClock, config, statements);
  const { pool } = database;
  return {
    async import(from: FormatName, files: string | string[], options: Partial<ImportOptions> = {}) {
      const keyRing = await loadKeyRing(config.security, config.dataDir);
      const { bans } = storesOn(pool);
      const { known, setUp } = providersHere(config);
      const roles = ["tester"];
      return importPlayers(
        {
          pool,
          storesOn,
          clock: systemClock,
          identityHashes: createIdentityHashes({ bans, keyRing, clock: systemClock }),
          namePolicy: createNamePolicy({ ...config.names, profanity: [] }),
          world: { statRules: STATS, roles, providers: known, now: new Date() },
          setUp,
          ...changes,
        },
        {
          from,
          format: FORMATS[from],
          files: [files].flat(),
          apply: true,
          skipRefused: false,
          all: false,
          keepIds: false,
          by: BY,
          ...options,
        },
      );
    },
    /** @param onPiece while the database is told nothing */
    async export(
      kind: ExportKind,
      onPiece: (piece: string) => Promise<void> = async () => {},
    ): Promise<string> {
      let text = "";
      await exportPlayers({ pool, storesOn, clock: systemClock }, kind, BY, async (piece) => {
        text += piece;
        await onPiece(piece);
      });
      return text;
    },
    storesOn,
  };
}
