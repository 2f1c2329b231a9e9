import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { collectAssets, embeddedAssets } from "./compile";

// Makes the server one folder that another runtime runs: bun run build:node, bun run build:deno

const ROOT = resolve(import.meta.dirname, "..");

/** The runtimes that a folder can be made for; the sources run with Bun. */
export const OTHER_RUNTIMES = ["node", "deno"] as const;
export type OtherRuntime = (typeof OTHER_RUNTIMES)[number];

/** Made for every one of them alike; `server.js` is what differs. */
const ASSETS = `
import { fileURLToPath } from "node:url";
const at = (path) => fileURLToPath(new URL("assets/" + path, import.meta.url));
`;

/**
 * Bundles the server for a runtime, with all packages and all that it reads, into `<folder>/server.js` and
 * `<folder>/assets`. What was in the folder is gone.
 * @param entry the program, when it is not the server itself
 * @throws {AggregateError} of what the bundler refuses
 */
export async function buildHost(
  runtime: OtherRuntime,
  folder: string,
  entry = join(ROOT, "scripts/executable.ts"),
): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  const made = mkdtempSync(join(tmpdir(), "account-server-build-"));
  try {
    const assets = await collectAssets(made);
    for (const [path, file] of assets) cpSync(file, join(folder, "assets", path), { dereference: true });
    const members = [...assets.keys()].map((path) => `${JSON.stringify(path)}: at(${JSON.stringify(path)})`);
    await Bun.build({
      entrypoints: [entry],
      outdir: resolve(folder),
      naming: "server.js",
      target: "node",
      format: "esm",
      minify: { syntax: true },
      plugins: [
        hostOf(runtime),
        embeddedAssets(`${ASSETS}export const embeddedAssets = { ${members.join(", ")} };`),
      ],
    });
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
}

/** Puts the host of another runtime in the place of Bun's. */
function hostOf(runtime: OtherRuntime): Bun.BunPlugin {
  return {
    name: "host",
    setup(build) {
      build.onResolve({ filter: /[\\/]host[\\/]bun$/ }, () => ({
        path: join(ROOT, `src/host/${runtime}.ts`),
      }));
    },
  };
}

if (import.meta.main) {
  const [runtime, folder = `dist/${runtime}`] = process.argv.slice(2);
  const known = OTHER_RUNTIMES.find((name) => name === runtime);
  if (!known) {
    console.error(`Usage: bun scripts/build-host.ts ${OTHER_RUNTIMES.join("|")} [folder]`);
    process.exit(2);
  }
  await buildHost(known, folder);
  console.log(`${join(folder, "server.js")} is ready.`);
}
