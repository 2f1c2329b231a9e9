import { rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openInMemory } from "../../src/db/embedded";
import { applyMigrations } from "../../src/db/migrations";

const VARIABLE = "TEST_EMBEDDED_IMAGE";

/** A tar of a migrated embedded database with nothing in it: making one takes seconds, so it is made once and unpacked. */
export type EmbeddedImage = {
  path: string;
  /** Hands it on to the processes of a run. */
  env: Record<string, string>;
  [Symbol.dispose](): void;
};

export async function makeEmbeddedImage(): Promise<EmbeddedImage> {
  const { pglite, pool, close } = await openInMemory();
  await applyMigrations(pool);
  const image = await pglite.dumpDataDir("none");
  await close();
  const path = join(tmpdir(), `account-server-image-${crypto.randomUUID()}.tar`);
  writeFileSync(path, await image.bytes());
  return { path, env: { [VARIABLE]: path }, [Symbol.dispose]: () => rmSync(path) };
}

/** Where the image of this run lies; undefined where none was made, as in a run of a single file. */
export function imageOfThisRun(): string | undefined {
  return process.env[VARIABLE];
}
