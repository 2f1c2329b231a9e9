import { join } from "node:path";
import type { OtherRuntime } from "../../scripts/build-host";
import { isInstalled } from "../support/installed";

const MODULES = join(import.meta.dirname, "node_modules");

/** The packages whose content is the runtime itself. They run no script when they are installed. */
const PROGRAMS: Record<OtherRuntime, string> = {
  node: join(MODULES, `node-linux-${process.arch}/bin/node`),
  deno: join(MODULES, `@deno/linux-${process.arch}-glibc/deno`),
};

/** Whether the runtimes are there, which `bun run check` installs; in CI they have to be. */
export const areInstalled = Object.values(PROGRAMS).every((program) =>
  isInstalled(program, "the runtimes of test/runtimes"),
);

/** What runs a built server. */
export function commandFor(runtime: OtherRuntime, server: string): string[] {
  return runtime === "deno" ? [PROGRAMS.deno, "run", "--allow-all", server] : [PROGRAMS.node, server];
}
