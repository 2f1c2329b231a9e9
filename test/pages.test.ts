import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const root = join(import.meta.dirname, "..");
const PAGES = [
  "README.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  "SECURITY.md",
  "sdk/README.md",
  ...new Bun.Glob("docs/**/*.md").scanSync(root),
];

test.each(PAGES)("every file that %s links to is there", (page) => {
  const links = [...read(page).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link = ""]) => link);
  expect(links.filter((link) => !existsSync(join(root, dirname(page), link)))).toEqual([]);
});

test.each(PAGES)("every file of this repository that %s names is there", (page) => {
  const named = read(page).matchAll(/`((?:src|sdk|test|docs|prisma|scripts)\/[^`\s<>]*)`/g);
  const paths = [...named].map(([, path = ""]) => path);
  expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

function read(page: string): string {
  return readFileSync(join(root, page), "utf8");
}
