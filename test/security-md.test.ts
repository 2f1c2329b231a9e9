import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..");
const NAMED_TEST = /`(test\/[^`]+)` \*([^*]+)\*/g;

/** How the last cell of a clause may begin where no test is named; what is open may follow a test. */
const WITHOUT_TEST = /^(paper|n\/a|open): \S/;

const read = (path: string) => readFileSync(join(ROOT, path), "utf8");

/** The cells of every row of every table. */
function rowsOf(page: string): string[][] {
  const lines = page.split("\n").filter((line) => /^\| (?!(threat|clause) \||---)/.test(line));
  return lines.map((line) => line.slice(2, -2).split(" | "));
}

const namesTest = (cell: string) => cell.match(NAMED_TEST) !== null;

describe.each([
  ["SECURITY.md", 40],
  ["docs/security-clauses.md", 150],
])("%s", (path, rowsAtLeast) => {
  const page = read(path);
  const rows = rowsOf(page);

  test("has its tables, of three cells in each row", () => {
    expect(rows.length).toBeGreaterThanOrEqual(rowsAtLeast);
    expect(rows.filter((row) => row.length !== 3)).toEqual([]);
  });

  test("every test that it names is there", () => {
    const missing = [...page.matchAll(NAMED_TEST)].filter(
      ([, file = "", title = ""]) => !read(file).includes(title),
    );
    expect(missing.map(([whole]) => whole)).toEqual([]);
  });
});

test("every threat of SECURITY.md names its test", () => {
  expect(rowsOf(read("SECURITY.md")).filter(([, , cell = ""]) => !namesTest(cell))).toEqual([]);
});

test("every clause names its test, or why there is none", () => {
  const rows = rowsOf(read("docs/security-clauses.md"));
  expect(rows.filter(([, , cell = ""]) => !namesTest(cell) && !WITHOUT_TEST.test(cell))).toEqual([]);
});

test("SECURITY.md leads to the clauses", () => {
  expect(read("SECURITY.md")).toContain("(docs/security-clauses.md)");
});
