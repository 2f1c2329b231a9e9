import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const SOURCES = join(import.meta.dirname, "../../src");

/** What only one runtime has, and the file that may say so. */
const OF_ONE = {
  "host/bun.ts": /\bBun\.|from "bun(:|")/,
  "host/deno.ts": /\bDeno\./,
};

test.each(Object.entries(OF_ONE))("%s alone names its runtime", (home, name) => {
  const code = (path: string) =>
    readFileSync(join(SOURCES, path), "utf8").replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
  const naming = [...new Bun.Glob("**/*.ts").scanSync({ cwd: SOURCES })].filter(
    (path) => !path.startsWith("generated/") && name.test(code(path)),
  );
  expect(naming).toEqual([home]);
});
