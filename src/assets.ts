import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { embeddedAssets } from "./embedded-assets";

const ROOT = resolve(import.meta.dirname, "..");

/** Whether this is the executable of `scripts/compile.ts`, which has its files inside. */
export const isExecutable = Object.keys(embeddedAssets).length > 0;

/**
 * Where a file lies that is read and not imported.
 * @param path in the repository, as in `prisma/migrations/migration_lock.toml`; those of packages begin with `node_modules/`
 */
export function assetPath(path: string): string {
  return embeddedAssets[path] ?? resolve(ROOT, path);
}

/** The names of a folder's folders, sorted. */
export function assetFolders(path: string): string[] {
  const inside = Object.keys(embeddedAssets)
    .filter((name) => name.startsWith(`${path}/`))
    .map((name) => name.slice(path.length + 1).split("/"))
    .filter((parts) => parts.length > 1)
    .map(([folder = ""]) => folder);
  const names = isExecutable
    ? [...new Set(inside)]
    : readdirSync(resolve(ROOT, path), { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => name);
  return names.sort();
}
