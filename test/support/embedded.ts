import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type EmbeddedImage, imageOfThisRun, makeEmbeddedImage } from "./embedded-image";
import { serverFolder } from "./spawned-server";

let ownImage: Promise<EmbeddedImage> | undefined;

/** A server's folder with an embedded database in it, unpacked from the run's image, or else from one of this file's own. */
export async function folderWithDatabase(world: AsyncDisposableStack): Promise<string> {
  const image = imageOfThisRun() ?? (await imageOfThisFile()).path;
  const folder = serverFolder(world);
  const files = join(folder, "data", "pgdata");
  mkdirSync(files, { recursive: true, mode: 0o700 });
  const { exitCode, stderr } = Bun.spawnSync(["tar", "-xf", image, "-C", files]);
  if (exitCode !== 0) throw new Error(`The image of the embedded database: ${stderr}`);
  return folder;
}

function imageOfThisFile(): Promise<EmbeddedImage> {
  ownImage ??= makeEmbeddedImage();
  return ownImage;
}

/** For the end of every test file that uses {@link folderWithDatabase}. */
export async function removeImage(): Promise<void> {
  const ending = ownImage;
  ownImage = undefined;
  (await ending)?.[Symbol.dispose]();
}
