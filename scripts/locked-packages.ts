import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "..");

/** What bun.lock says of a package: how it was resolved, and what it needs. */
type Entry = [id: string, registry: string, needs: Needs, integrity: string];
type Needs = {
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  optionalPeers?: string[];
};

export type LockedPackage = {
  /** `name@version`, as in bun.lock. */
  id: string;
  name: string;
  version: string;
  /** SHA-512 of the archive, in hexadecimal. */
  sha512: string;
  /** As its package.json has it; null when it has none. */
  licence: string | null;
  /** The ids of the packages that it needs. */
  needs: string[];
};

/**
 * The packages that the server needs to run, from bun.lock: its dependencies and theirs, each version once, in the order
 * of their ids. A peer that is optional is left out, for whoever wants it depends on it.
 * @throws {Error} when one is not from a registry or not installed
 */
export function productionPackages(): { direct: string[]; packages: LockedPackage[] } {
  const { workspaces, packages } = Bun.JSONC.parse(read("bun.lock")) as {
    workspaces: { "": Needs };
    packages: Record<string, Entry>;
  };
  const found = new Map<string, LockedPackage>();
  const walked = new Set<string>();

  function walk(from: string[], needs: Needs): string[] {
    return namesOf(needs).map((name) => {
      const path = resolvedFrom(from, name);
      const [id, , itsNeeds, integrity = ""] = packages[path.join("/")] as Entry;
      if (walked.has(path.join("/"))) return id;
      walked.add(path.join("/"));
      const needed = walk(path, itsNeeds);
      const before = found.get(id)?.needs ?? [];
      found.set(id, { ...describe(id, integrity, path), needs: sorted([...before, ...needed]) });
      return id;
    });
  }

  /** The nearest one up the tree, as Node.js looks for it. */
  function resolvedFrom(from: string[], name: string): string[] {
    for (let depth = from.length; depth >= 0; depth--) {
      const path = [...from.slice(0, depth), name];
      if (packages[path.join("/")]) return path;
    }
    throw new Error(`bun.lock has no ${name} for ${from.join("/")}.`);
  }

  const { dependencies = {} } = workspaces[""];
  const direct = sorted(walk([], { dependencies }));
  return { direct, packages: sorted([...found.keys()]).map((id) => found.get(id) as LockedPackage) };
}

function namesOf({
  dependencies,
  optionalDependencies,
  peerDependencies,
  optionalPeers = [],
}: Needs): string[] {
  const peers = Object.keys(peerDependencies ?? {}).filter((name) => !optionalPeers.includes(name));
  return [...Object.keys(dependencies ?? {}), ...Object.keys(optionalDependencies ?? {}), ...peers];
}

function describe(id: string, integrity: string, path: string[]): Omit<LockedPackage, "needs"> {
  const [algorithm, digest] = integrity.split(/-(.*)/);
  if (algorithm !== "sha512" || !digest) throw new Error(`${id} is not from a registry.`);
  const at = id.lastIndexOf("@");
  const { license } = JSON.parse(read("node_modules", path.join("/node_modules/"), "package.json"));
  return {
    id,
    name: id.slice(0, at),
    version: id.slice(at + 1),
    sha512: Buffer.from(digest, "base64").toString("hex"),
    licence: typeof license === "string" ? license : null,
  };
}

function sorted(ids: string[]): string[] {
  return [...new Set(ids)].sort();
}

function read(...path: string[]): string {
  return readFileSync(join(ROOT, ...path), "utf8");
}
