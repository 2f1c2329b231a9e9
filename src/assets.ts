import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { extname, resolve } from "node:path";
import { embeddedAssets } from "./embedded-assets";

const ROOT = resolve(import.meta.dirname, "..");

/** Whether this is what `scripts/compile.ts` or `scripts/build-host.ts` made, which has its files with it. */
export const isExecutable = Object.keys(embeddedAssets).length > 0;

/**
 * Where a file lies that is read and not imported.
 * @param path in the repository, as in `prisma/migrations/migration_lock.toml`; those of packages begin with `node_modules/`
 */
export function assetPath(path: string): string {
  return embeddedAssets[path] ?? resolve(ROOT, path);
}

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css;charset=utf-8",
  ".html": "text/html;charset=utf-8",
  ".js": "text/javascript;charset=utf-8",
  ".svg": "image/svg+xml",
};

/**
 * A file that is read and not imported, with its media type, which a `Response` takes over.
 * @throws the system's error where it is not there
 */
export async function readAsset(path: string): Promise<Blob> {
  const bytes = await readFile(assetPath(path));
  return new Blob([bytes], { type: MEDIA_TYPES[extname(path)] ?? "application/octet-stream" });
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
