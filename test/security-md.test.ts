import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const page = readFileSync(join(root, "SECURITY.md"), "utf8");
const rows = page.split("\n").filter((line) => /^\| (?!threat|-)/.test(line));

test("every threat of SECURITY.md names its test", () => {
  expect(rows.length).toBeGreaterThan(20);
  for (const row of rows) expect(row).toMatch(/`test\/[^`]+` \*[^*]+\*/);
});

test("every test that SECURITY.md names is there", () => {
  const missing = [...page.matchAll(/`(test\/[^`]+)` \*([^*]+)\*/g)].filter(
    ([, file = "", title = ""]) => !readFileSync(join(root, file), "utf8").includes(title),
  );
  expect(missing.map(([whole]) => whole)).toEqual([]);
});
