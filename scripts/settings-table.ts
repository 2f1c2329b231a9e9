import { resolve } from "node:path";
import { fileKey, isVariable, SETTINGS } from "../src/config/settings";
import type { Setting } from "../src/config/settings/setting";

// Writes the README's table of settings anew, between its two markers: bun scripts/settings-table.ts

const BEGIN = "<!-- settings: written by `bun scripts/settings-table.ts` from src/config/settings -->";
const END = "<!-- end of settings -->";

/**
 * The text of a README with the table as the settings declare it.
 * @throws {Error} when the markers are missing
 */
export function withSettingsTable(readme: string): string {
  const [begin, end] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`The README lacks "${BEGIN}" or "${END}" after it.`);
  return `${readme.slice(0, begin)}${BEGIN}\n\n${settingsTable()}\n\n${readme.slice(end)}`;
}

function settingsTable(): string {
  const rows = Object.entries<Setting>(SETTINGS).map(([name, setting]) => row(name, setting));
  return [
    row4("environment", "`config.yml`", "default", "meaning"),
    "| --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
}

function row(name: string, setting: Setting): string {
  const place = fileKey(name, setting);
  return row4(
    isVariable(name) ? code(name) : "",
    place ? code(`${place.section}.${place.key}`) : "",
    setting.shown ?? shownDefault(setting.default),
    setting.sentence,
  );
}

function shownDefault(value: unknown): string {
  if (value === undefined) return "";
  return Array.isArray(value) && value.length === 0 ? "none" : code(String(value));
}

function row4(...cells: [string, string, string, string]): string {
  return `|${cells.map((cell) => (cell ? ` ${cell} |` : " |")).join("")}`;
}

function code(text: string): string {
  return `\`${text}\``;
}

if (import.meta.main) {
  const readme = resolve(import.meta.dirname, "../README.md");
  await Bun.write(readme, withSettingsTable(await Bun.file(readme).text()));
}
