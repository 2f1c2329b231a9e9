import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { bundle } from "../sdk/bundle";

// Makes the server one file that needs nothing beside it: bun run compile [file]

const ROOT = resolve(import.meta.dirname, "..");
const EMBEDDED_ASSETS = /[\\/]embedded-assets$/;

/** What the server reads at run time, in the repository's own paths. */
const ASSETS = [
  "prisma/migrations/**",
  "src/explorer/*.{js,css,svg}",
  "src/console/*.{js,css,svg}",
  "src/stand-ins/picker/assets/*",
  "sdk/examples/browser-game/*",
  "node_modules/@scalar/api-reference/dist/browser/standalone.js",
  "node_modules/@electric-sql/pglite/dist/{pglite.wasm,initdb.wasm,pglite.data}",
  "node_modules/@prisma/schema-engine-wasm/schema_engine_bg.wasm",
];

/**
 * What the server reads at run time, by its path in the repository: where it lies.
 * @param folder for what is made for it
 */
export async function collectAssets(folder: string): Promise<Map<string, string>> {
  const sdk = join(folder, "account-sdk.js");
  writeFileSync(sdk, await bundle("account-sdk.js"));
  const assets = new Map([["sdk/dist/account-sdk.js", sdk]]);
  for (const pattern of ASSETS)
    for (const path of new Bun.Glob(pattern).scanSync({ cwd: ROOT, dot: true }))
      assets.set(path, join(ROOT, path));
  return assets;
}

/**
 * Compiles the server with Bun's own runtime and all that it reads into an executable for this kind of machine.
 * @throws {AggregateError} of what the bundler refuses
 */
export async function compile(executable: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "account-server-compile-"));
  try {
    const assets = await collectAssets(folder);
    await Bun.build({
      entrypoints: [join(ROOT, "scripts/executable.ts")],
      compile: { outfile: resolve(executable) },
      target: "bun",
      minify: { whitespace: true, syntax: true },
      sourcemap: "none",
      plugins: [embedding(assets)],
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Puts files into the executable, in the place of the module that says there are none. */
function embedding(assets: Map<string, string>): Bun.BunPlugin {
  const entries = [...assets];
  const imports = entries.map(
    ([, file], n) => `import a${n} from ${JSON.stringify(file)} with { type: "file" };`,
  );
  const members = entries.map(([path], n) => `${JSON.stringify(path)}: a${n}`);
  return embeddedAssets(`${imports.join("\n")}\nexport const embeddedAssets = { ${members.join(", ")} };`);
}

/** Puts a module in the place of the one that says there are no embedded assets. */
export function embeddedAssets(contents: string): Bun.BunPlugin {
  return {
    name: "embedded-assets",
    setup(build) {
      build.onResolve({ filter: EMBEDDED_ASSETS }, () => ({ path: "assets", namespace: "embedded" }));
      build.onLoad({ filter: /.*/, namespace: "embedded" }, () => ({ contents, loader: "js" }));
    },
  };
}

if (import.meta.main) {
  const executable = process.argv[2] ?? "dist/account-server";
  await compile(executable);
  console.log(`${executable} is ready.`);
}
