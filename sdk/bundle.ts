import { join } from "node:path";

/** What the package is made of. */
export const entries = {
  /** ES module for bundlers and `<script type="module">`. */
  "browser.js": { source: "index.ts", format: "esm", target: "browser", minify: true },
  /** ES module for Node, Bun and Electron's main process. */
  "node.js": { source: "index.ts", format: "esm", target: "node", minify: false },
  /** One classic `<script>`, with the global `RobotouilleAccount`. */
  "account-sdk.js": { source: "script.ts", format: "iife", target: "browser", minify: true },
} as const;

/** Bundles one entry in memory. */
export async function bundle(name: keyof typeof entries): Promise<string> {
  const { source, ...options } = entries[name];
  const { outputs } = await Bun.build({ entrypoints: [join(import.meta.dir, "src", source)], ...options });
  return outputs[0]?.text() ?? "";
}
