import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");

/** The ids that `docs/cases.md` explains, in its order. */
const explained = [
  ...readFileSync(join(root, "docs/cases.md"), "utf8").matchAll(/^- \*\*([SC]\d+)\*\* /gm),
].map(([, id = ""]) => id);

/** The ids in the texts of the tests; fixtures hold other people's. */
const named = new Map<string, string>();
for (const file of new Bun.Glob("test/**/*.ts").scanSync(root)) {
  if (/^test\/(fixtures|bench)\//.test(file)) continue;
  const source = readFileSync(join(root, file), "utf8");
  for (const [, , text = ""] of source.matchAll(/(["`])((?:(?!\1)[^\\\n]|\\.)*)\1/g)) {
    for (const [id] of text.matchAll(/\b[SC]\d{1,2}\b(?= )/g)) named.set(id, `${file}: ${text}`);
  }
}

test("every case that a test's title names is explained in docs/cases.md", () => {
  const known = new Set(explained);
  expect([...named].filter(([id]) => !known.has(id))).toEqual([]);
});

test("every case of docs/cases.md is in a test's title", () => {
  expect(explained.length).toBeGreaterThan(90);
  expect(explained.filter((id) => !named.has(id))).toEqual([]);
});

test("the cases stand in the order of their numbers, each once", () => {
  for (const kind of ["S", "C"]) {
    const numbers = explained.filter((id) => id.startsWith(kind)).map((id) => Number(id.slice(1)));
    expect(numbers).toEqual(numbers.map((_number, index) => index + 1));
  }
});
