import { chmodSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { PGlite, type PGliteOptions } from "@electric-sql/pglite";
import pg from "pg";
import { isExecutable, readAsset } from "../assets";
import { DatabaseStartError } from "./errors";
import { lockDataDir } from "./lock";
import { PgliteStream } from "./pglite-stream";

export type Embedded = { pool: pg.Pool; close(): Promise<void> };

/**
 * Opens the PostgreSQL that lives inside this process (PGlite), with its files in `<dataDir>/pgdata`; makes it on
 * first use, which takes some seconds. Nothing listens: nobody but this process reaches it.
 * @throws {DatabaseStartError} when another process holds the directory, or it cannot be read
 */
export async function openEmbedded(dataDir: string, onProgress?: (line: string) => void): Promise<Embedded> {
  let unlock = () => {};
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    unlock = lockDataDir(dataDir);
    const { pool, close } = poolOver(await openFiles(dataDir, onProgress));
    return {
      pool,
      async close() {
        await using resources = new AsyncDisposableStack();
        resources.defer(unlock);
        resources.defer(close);
      },
    };
  } catch (error) {
    unlock();
    if (error instanceof DatabaseStartError) throw error;
    throw new DatabaseStartError(
      `The embedded database in ${dataDir} cannot be opened: ${(error as Error).message}.`,
      { cause: error },
    );
  }
}

/** A database in memory: gone when closed. */
export async function openInMemory(image?: Blob): Promise<Embedded & { pglite: PGlite }> {
  const pglite = await create(image ? { loadDataDir: image } : {});
  return { pglite, ...poolOver(pglite) };
}

/** Made under another name and moved into place whole, so that a start cut short leaves nothing half made. */
async function openFiles(dataDir: string, onProgress?: (line: string) => void): Promise<PGlite> {
  const files = join(dataDir, "pgdata");
  if (existsSync(files)) refuseDamaged(files);
  else {
    onProgress?.(`Making the embedded database in ${dataDir} (once; takes a few seconds) …`);
    const unfinished = join(dataDir, "pgdata.unfinished");
    rmSync(unfinished, { recursive: true, force: true });
    await (await create({ dataDir: unfinished })).close();
    chmodSync(unfinished, 0o700);
    renameSync(unfinished, files);
  }
  return create({ dataDir: files });
}

/** Once it is built in, PGlite cannot find its own files. */
async function create(options: PGliteOptions): Promise<PGlite> {
  if (!isExecutable) return PGlite.create(options);
  const file = (name: string) => readAsset(`node_modules/@electric-sql/pglite/dist/${name}`);
  const compiled = async (name: string) => WebAssembly.compile(await (await file(name)).arrayBuffer());
  const [pgliteWasmModule, initdbWasmModule] = await Promise.all(
    ["pglite.wasm", "initdb.wasm"].map(compiled),
  );
  return PGlite.create({
    ...options,
    pgliteWasmModule,
    initdbWasmModule,
    fsBundle: await file("pglite.data"),
  } as PGliteOptions);
}

/** PGlite would make a new database over one that has lost the file which it knows it by. */
function refuseDamaged(files: string): void {
  if (existsSync(join(files, "PG_VERSION"))) return;
  throw new DatabaseStartError(
    `The embedded database in ${files} is damaged: its PG_VERSION is missing. Nothing was changed; restore the whole ` +
      "folder from a copy, or move it away and start with an empty database.",
    { lasting: true },
  );
}

function poolOver(pglite: PGlite): Embedded {
  const pool = new pg.Pool({
    stream: () => new PgliteStream(pglite),
    max: 1,
    idleTimeoutMillis: 0,
    connectionTimeoutMillis: 5_000,
    user: "postgres",
    database: "postgres",
    ssl: false,
  });
  return {
    pool,
    async close() {
      await using resources = new AsyncDisposableStack();
      resources.defer(() => pglite.close());
      resources.defer(() => pool.end());
    },
  };
}
