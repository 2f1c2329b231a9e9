import { readFileSync, writeFileSync } from "node:fs";

/** Puts text between a page's `<!-- name -->` and `<!-- /name -->`. */
export function publish(page: string, name: string, text: string): void {
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const before = readFileSync(page, "utf8");
  const [from, to] = [before.indexOf(start), before.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${page} has no place for ${name}`);
  writeFileSync(page, `${before.slice(0, from)}${start}\n${text}\n${before.slice(to)}`);
}
