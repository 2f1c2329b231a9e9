import type { AdoptionReport, Renamed } from "./adopt";

/** Renamed players that a report shows one by one; `--json` has all. */
const SHOWN = 20;

/** What an adoption did, for a terminal. */
export function adoptionTable(report: AdoptionReport, applied: boolean): string {
  const { renamed, references, unknownColumns } = report;
  const rows: [string, number | string][] = [
    ["players, ids unchanged", report.players],
    ["devices that stay signed in", report.sessions],
    ["refresh tokens that had ended before", report.endedTokens],
    ...[...countByReason(renamed)].map(([reason, count]): [string, number] => [
      `players with another name (${reason})`,
      count,
    ]),
    ["pictures that are none here", report.picturesDropped.length],
    ["other tables that point at players", references.join(", ") || "none"],
    ["columns that nothing here knows", unknownColumns.join(", ") || "none"],
    ["time zone of times without one", report.timeZone],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(([name, value]) => `  ${name.padEnd(width)}  ${format(value)}`);
  return [...lines, ...names(renamed), "", conclusion(applied, unknownColumns)].join("\n");
}

function names(renamed: Renamed[]): string[] {
  if (renamed.length === 0) return [];
  const shown = renamed.slice(0, SHOWN).map(({ id, from, to }) => `  ${id}: ${JSON.stringify(from)} → ${to}`);
  const more = renamed.length - shown.length;
  return ["", "Other names:", ...shown, ...(more > 0 ? [`  … and ${format(more)} more (--json)`] : [])];
}

function conclusion(applied: boolean, unknownColumns: string[]): string {
  if (!applied) return "Nothing was changed. --apply does it; take a dump first.";
  const kept =
    unknownColumns.length > 0 ? " The old tables, without tokens, are in the schema before_adoption." : "";
  return `Done.${kept} "bun run src/index.ts" serves the players from here on.`;
}

function countByReason(renamed: Renamed[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { reason } of renamed) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return counts;
}

function format(value: number | string): string {
  return typeof value === "number" ? value.toLocaleString("en") : value;
}
