import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";

const SOURCE = join(import.meta.dir, "src");
const TARGET = join(import.meta.dir, "dist");

/** Builds the package: ESM for browsers, ESM for Node and Bun, one classic script, and the types. */
await rm(TARGET, { recursive: true, force: true });
await bundle("index.browser.ts", "browser.js", { target: "browser", minify: true });
await bundle("index.node.ts", "node.js", { target: "node" });
await bundle("script.ts", "account-sdk.js", { target: "browser", format: "iife", minify: true });
await emitTypes();

async function bundle(entry: string, output: string, options: Partial<Bun.BuildConfig>): Promise<void> {
  const { outputs } = await Bun.build({ entrypoints: [join(SOURCE, entry)], format: "esm", ...options });
  for (const file of outputs) await Bun.write(join(TARGET, output), file);
}

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
