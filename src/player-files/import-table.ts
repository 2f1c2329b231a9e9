import stringWidth from "fast-string-width";
import { escapeText } from "../log/escape";
import type { ImportReport } from "./import-report";
import { REFUSALS } from "./player";

/** Of what a report shows one by one, so much stands in a table; `--json` has more. */
const SHOWN = 20;

/** What an import did, for a terminal, in which nothing of a file drives it. */
export function importTable(report: ImportReport): string {
  const rows: [string, number | string][] = [
    ["records read", report.records],
    ["players new", report.newPlayers],
    ["players here already", report.alreadyHere],
    ["ways in added to players here", report.linked],
    ["without a way in here, left out", report.withoutWayIn],
    ...counted("ways in of new players", report.waysIn),
    ...(report.notSetUp.length > 0
      ? [["providers that are not set up here", report.notSetUp.join(", ")] as [string, string]]
      : []),
    ...counted("players with another name", report.renamed.byReason),
    ["players without a name, who get one", report.namesInvented],
    ["pictures that are none here", report.picturesDropped],
    ["players with more roles than player", report.withRoles],
    ["players banned", report.banned],
    ...counted("not taken over", report.leftOut),
    ["columns that nothing here knows", report.unknownColumns.join(", ") || "none"],
    ["records refused", report.refused.count],
  ];
  const width = Math.max(...rows.map(([name]) => stringWidth(name)));
  const lines = rows.map(([name, value]) => {
    const pad = " ".repeat(width - stringWidth(name));
    return `  ${escapeText(name)}${pad}  ${typeof value === "number" ? number(value) : escapeText(value)}`;
  });
  return [...lines, ...names(report), ...refusals(report), "", conclusion(report)].join("\n");
}

function counted(what: string, counts: Partial<Record<string, number>>): [string, number][] {
  return Object.entries(counts)
    .sort(([, a = 0], [, b = 0]) => b - a)
    .slice(0, SHOWN)
    .map(([word, count = 0]) => [`${what} (${word})`, count]);
}

function names({ renamed: { count, shown } }: ImportReport): string[] {
  if (count === 0) return [];
  const lines = shown
    .slice(0, SHOWN)
    .map(
      ({ at, from, to, reason }) => `  ${escapeText(`${at}: ${JSON.stringify(from)} → ${to} (${reason})`)}`,
    );
  return ["", "Other names:", ...lines, ...more(count - lines.length)];
}

function refusals({ refused: { count, shown } }: ImportReport): string[] {
  if (count === 0) return [];
  const lines = shown
    .slice(0, SHOWN)
    .map(({ at, reason }) => `  ${escapeText(`${at}: ${REFUSALS[reason]} (${reason})`)}`);
  return ["", "Refused:", ...lines, ...more(count - lines.length)];
}

function more(count: number): string[] {
  return count > 0 ? [`  … and ${number(count)} more (--json shows a thousand)`] : [];
}

function conclusion({ applied, refused }: ImportReport): string {
  if (applied) return "Done.";
  const skip = refused.count > 0 ? " with --skip-refused, which leaves out what is refused" : "";
  return `Nothing was changed. --apply does it${skip}.`;
}

function number(value: number): string {
  return value.toLocaleString("en");
}
