import stringWidth from "fast-string-width";
import { escapeText } from "../../src/log/escape";

export function printJson(value: unknown): void {
  console.log(JSON.stringify(value, null, 2));
}

/** A line for a terminal, which nothing in it can drive. */
export function print(line: string): void {
  console.log(escapeText(line));
}

/** Rows as a table with headings, as wide as its content. */
export function printTable(rows: Record<string, unknown>[]): void {
  const headings = Object.keys(rows[0] ?? {});
  const lines = [headings, ...rows.map((row) => headings.map((heading) => cell(row[heading])))];
  const widths = headings.map((_, column) =>
    Math.max(...lines.map((line) => stringWidth(line[column] ?? ""))),
  );
  for (const line of lines) {
    const cells = line.map((text, column) => text + " ".repeat((widths[column] ?? 0) - stringWidth(text)));
    console.log(cells.join("  ").trimEnd());
  }
}

/** A part of a page: its heading, and its rows or that there are none. */
export function printSection(heading: string, rows: Record<string, unknown>[]): void {
  console.log(`\n${heading}`);
  if (rows.length === 0) console.log("none");
  else printTable(rows);
}

/** A time to the minute in UTC; empty for none. */
export function minute(time: string | null): string {
  return time === null ? "" : `${time.slice(0, 10)} ${time.slice(11, 16)}`;
}

/** `{name: "Ann", level: 2}` as `name=Ann level=2`. */
export function members(state: Record<string, unknown> | null): string {
  return Object.entries(state ?? {})
    .map(([name, value]) => `${name}=${member(value)}`)
    .join(" ");
}

function member(value: unknown): string {
  if (value === null) return "none";
  const text = String(value);
  return /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/.test(text) ? minute(text) : text;
}

/** What changed: `name=Ann → name=Bob`. */
export function transition(
  before: Record<string, unknown> | null,
  after: Record<string, unknown> | null,
): string {
  return [members(before), members(after)].filter(Boolean).join(" → ");
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return "";
  return escapeText(Array.isArray(value) ? value.join(",") : String(value));
}
