import { join } from "node:path";

const SOURCES = join(import.meta.dirname, "src");

/** What the package is made of. */
export const entries = {
  /** ES module for bundlers and `<script type="module">`. */
  "browser.js": { source: "index.ts", format: "esm", target: "browser", minify: true },
  /** What that one loads with the first call that needs it. */
  "browser-on-demand.js": { source: "on-demand/index.ts", format: "esm", target: "browser", minify: true },
  /** ES module for Node, Bun and Electron's main process. */
  "node.js": { source: "index.ts", format: "esm", target: "node", minify: false },
  /** ES module for game servers, of web standards alone. Its one library is in it. */
  "server.js": { source: "server/index.ts", format: "esm", target: "browser", minify: false },
  /** One classic `<script>`, with the global `RobotouilleAccount`. */
  "account-sdk.js": { source: "script.ts", format: "iife", target: "browser", minify: true },
} as const;

/** Its licence asks for it. */
const JOSE =
  "/*! With jose, Copyright (c) 2018 Filip Skokan, https://github.com/panva/jose, MIT License */\n";

/** Bundles one entry in memory. */
export async function bundle(name: keyof typeof entries): Promise<string> {
  const { source, ...options } = entries[name];
  const { outputs } = await Bun.build({
    entrypoints: [join(SOURCES, source)],
    ...options,
    plugins: name === "browser.js" ? [apart] : [],
  });
  const code = ((await outputs[0]?.text()) ?? "").replace(/^/, name === "server.js" ? JOSE : "");
  return name.startsWith("browser") ? smaller(code) : code;
}

/** What a browser loads with the game. A server that bundles the `<script>` has no terser. */
async function smaller(code: string): Promise<string> {
  const { minify } = await import("terser");
  return (
    (await minify(code, { module: true, ecma: 2022, compress: { passes: 3, unsafe_arrows: true } })).code ??
    ""
  );
}

/** Leaves what is loaded on demand a file of its own. Bun's own splitting adds a loader that weighs as much. */
const apart: Bun.BunPlugin = {
  name: "on-demand",
  setup: (build) => {
    build.onResolve({ filter: /on-demand\/index\.ts$/ }, ({ kind }) =>
      kind === "dynamic-import" ? { path: "./browser-on-demand.js", external: true } : undefined,
    );
  },
};
