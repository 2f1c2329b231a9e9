import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Declaration, METRICS } from "../src/metrics/declarations";

const page = readFileSync(join(import.meta.dirname, "../docs/metrics.md"), "utf8");

test("docs/metrics.md has every figure that is declared, as it is declared", () => {
  const declared = Object.entries<Declaration>(METRICS).map(([name, { type, labels = [], help }]) => {
    const named = labels.map((label) => `\`${label}\``).join(", ");
    return `| \`${name}\` | ${type} | ${named} | ${help} |`;
  });
  expect(page.split("\n").filter((line) => line.startsWith("| `"))).toEqual(declared);
});

test("every figure has a phrase that fits into a table's cell, and a unit in its name where it has one", () => {
  for (const [name, { type, help }] of Object.entries<Declaration>(METRICS)) {
    expect(help, name).toMatch(/^[^|\n]{5,}[^|\n.]$/);
    if (type === "counter") expect(name).toEndWith("_total");
    if (type === "histogram") expect(name).toEndWith("_seconds");
  }
});
