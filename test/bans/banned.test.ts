import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Glob } from "bun";

const SOURCES = resolve(import.meta.dirname, "../../src");

test("one condition says for every statement who is banned", () => {
  const asking = [...new Glob("**/*.ts").scanSync(SOURCES)]
    .filter((file) => !file.startsWith("generated"))
    .filter((file) => /banned_(at IS|until (IS|<|>))/.test(readFileSync(resolve(SOURCES, file), "utf8")));
  expect(asking).toEqual(["bans/banned.ts"]);
});
