import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { bundle, entries } from "./bundle.ts";

const TARGET = join(import.meta.dir, "dist");

/** Builds the package into dist: what a browser and a desktop import, and the types. */
await rm(TARGET, { recursive: true, force: true });
for (const name of Object.keys(entries) as (keyof typeof entries)[]) {
  await Bun.write(join(TARGET, name), await bundle(name));
}
await emitTypes();

/** The declarations refer to each other with the endings that a consumer resolves. */
async function emitTypes(): Promise<void> {
  const { exited } = Bun.spawn(["bunx", "tsc", "-p", join(import.meta.dir, "tsconfig.types.json")], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  if ((await exited) !== 0) process.exit(1);
  const types = join(TARGET, "types");
  for (const name of await readdir(types, { recursive: true })) {
    if (!name.endsWith(".d.ts")) continue;
    const file = Bun.file(join(types, name));
    await Bun.write(file, (await file.text()).replaceAll(/(from ".*)\.ts";/g, '$1.js";'));
  }
}
