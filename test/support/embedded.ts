import { cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { openDatabase } from "../../src/db/database";
import { imageOfThisRun } from "./embedded-image";
import { serverFolder } from "./spawned-server";

let shared = new AsyncDisposableStack();
let image: Promise<string> | undefined;

/** A server's folder with an embedded database in it. Making one takes seconds, so the first is copied. */
export async function folderWithDatabase(world: AsyncDisposableStack): Promise<string> {
  image ??= makeDatabase();
  const folder = serverFolder(world);
  cpSync(await image, join(folder, "data"), { recursive: true });
  return folder;
}

/** For the end of every test file that uses {@link folderWithDatabase}. */
export async function removeImage(): Promise<void> {
  const ending = shared;
  shared = new AsyncDisposableStack();
  image = undefined;
  await ending.disposeAsync();
}

async function makeDatabase(): Promise<string> {
  const dataDir = join(serverFolder(shared), "data");
  const made = imageOfThisRun();
  if (made) {
    mkdirSync(join(dataDir, "pgdata"), { recursive: true, mode: 0o700 });
    Bun.spawnSync(["tar", "-xf", made, "-C", join(dataDir, "pgdata")]);
    return dataDir;
  }
  const database = await openDatabase({ kind: "embedded", dataDir });
  await database.close();
  return dataDir;
}
