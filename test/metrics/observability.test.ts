import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { createMetrics } from "../../src/metrics/metrics";

const FOLDER = join(import.meta.dirname, "../../deploy/observability");
const RULES = join(FOLDER, "alerts.yml");

type Rule = { alert: string; expr: string; labels: { severity: string }; annotations: { summary: string } };
type Panel = {
  id: number;
  title: string;
  gridPos: { x: number; y: number; w: number };
  targets: { expr: string }[];
};

const rules: Rule[] = parse(readFileSync(RULES, "utf8")).groups.flatMap(
  ({ rules }: { rules: Rule[] }) => rules,
);
const { panels }: { panels: Panel[] } = JSON.parse(readFileSync(join(FOLDER, "dashboard.json"), "utf8"));

/** Names that Prometheus makes itself. */
const OF_PROMETHEUS = ["up"];
const KEYWORDS = ["and", "or", "unless", "on", "ignoring", "bool"];

/** The names of series in a PromQL expression. */
function seriesOf(expression: string): string[] {
  const bare = expression
    .replaceAll(/\{[^}]*\}|\[[^\]]*\]|"[^"]*"/g, " ")
    .replaceAll(/\b(by|without)\s*\([^)]*\)/g, " ");
  const names = [...bare.matchAll(/[a-zA-Z_:][a-zA-Z0-9_:]*(?!\s*\(|[a-zA-Z0-9_:])/g)].map(([name]) => name);
  return names.filter((name) => !KEYWORDS.includes(name));
}

/** The series that a server has, those of histograms by their three endings. */
async function knownSeries(): Promise<string[]> {
  const runtime = { name: "bun", version: Bun.version };
  const pool = { totalCount: 0, idleCount: 0, waitingCount: 0 };
  const snapshot = await createMetrics({ pool, clockOffsetMs: () => 0, runtime }).snapshot();
  return (snapshot as { name: string; type: string }[]).flatMap(({ name, type }) =>
    type === "histogram" ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  );
}

/** The labels that an expression matches on, for a histogram's and a counter's own. */
const EXPRESSIONS = [
  ...rules.map(({ alert, expr }) => [alert, expr] as const),
  ...panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr] as const)),
];

test("the reader of PromQL finds the names of series and nothing else", () => {
  expect(
    seriesOf('sum by (le) (rate(a_bucket{route="/x"}[5m])) / b_count > 0.5 and time() - c:d > 1'),
  ).toEqual(["a_bucket", "b_count", "c:d"]);
});

test.each(EXPRESSIONS)("%s uses series that exist", async (_, expression) => {
  const names = seriesOf(expression);
  expect(names.length).toBeGreaterThan(0);
  const known = [...OF_PROMETHEUS, ...(await knownSeries())];
  expect(names.filter((name) => !known.includes(name))).toEqual([]);
});

test("every alert says how bad it is and what it means", () => {
  expect(rules.length).toBeGreaterThan(5);
  for (const { alert, labels, annotations } of rules) {
    expect(["critical", "warning"], alert).toContain(labels.severity);
    expect(annotations.summary, alert).toMatch(/^.{10,}[^.]$/);
  }
});

test("the dashboard's panels have ids and places of their own", () => {
  const places = panels.map(({ gridPos: { x, y } }) => `${x} ${y}`);
  expect(new Set(places).size).toBe(panels.length);
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
});

describe.skipIf(Bun.which("promtool") === null)("promtool", () => {
  test("takes the rules", () => {
    const { exitCode, stdout, stderr } = Bun.spawnSync(["promtool", "check", "rules", RULES]);
    expect([exitCode, `${stdout}${stderr}`]).toEqual([0, expect.stringContaining("SUCCESS")]);
  });
});
