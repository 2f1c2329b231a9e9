import type { Readable } from "node:stream";
import { type CsvError, parse } from "csv-parse";
import { Fields } from "./fields";
import { RefusedRecord } from "./player";
import { FileError, type FileRecord, type ReadOptions } from "./records";

/** A record longer than this is a quotation mark that nobody closed. */
const LONGEST_RECORD = 1_048_576;

const DELIMITERS = [",", "\t", ";"];

type Line = { record: string[]; info: { lines: number } };

/**
 * The records of CSV (RFC 4180), with commas, tabs or semicolons.
 * @throws {FileError} where a quotation mark is never closed, or columns that the format needs are missing
 */
export async function* csvRecords(
  stream: Readable,
  head: string,
  file: string,
  { format, onHeadings }: ReadOptions,
): AsyncGenerator<FileRecord> {
  let headings = format.columns;
  const delimiter = headings ? "," : delimiterOf(head);
  const refused = new Set<number>();
  const parser = stream.pipe(
    parse({
      bom: true,
      delimiter,
      info: true,
      max_record_size: LONGEST_RECORD,
      on_skip: (error?: CsvError) => void refused.add(Number(error?.lines ?? 0)),
      relax_column_count: true,
      // Who writes no headings quotes nothing but commas, and who writes tabs often nothing at all.
      relax_quotes: headings !== null || delimiter === "\t",
      skip_empty_lines: true,
      skip_records_with_error: true,
    }),
  );
  stream.on("error", (error) => parser.destroy(error));
  // The parser is some lines ahead.
  const refusals = (before: number) => {
    const lines = [...refused].filter((line) => line < before);
    for (const line of lines) refused.delete(line);
    return lines.map((line) => at(file, line, new RefusedRecord("unreadable")));
  };
  for await (const { record, info } of parser as AsyncIterable<Line>) {
    yield* refusals(info.lines);
    if (headings === null) {
      headings = record.map((heading) => heading.trim());
      onHeadings?.(headings);
      continue;
    }
    yield at(file, info.lines, fieldsOf(record, headings, format.cell));
  }
  yield* refusals(Number.POSITIVE_INFINITY);
  if (headings === null) throw new FileError(`${file} is empty.`);
}

function fieldsOf(
  cells: string[],
  headings: readonly string[],
  cell: (text: string) => string = (text) => text,
): Fields | RefusedRecord {
  // A line may end with empty cells that no heading stands over.
  const surplus = cells.slice(headings.length).some((text) => text !== "");
  if (surplus || cells.length < headings.length) return new RefusedRecord("unreadable");
  return new Fields(headings.map((heading, n) => [heading, cell(cells[n] ?? "")] as const));
}

function at(file: string, line: number, content: FileRecord["content"]): FileRecord {
  return { at: `${file}, line ${line}`, content };
}

/** Of the line of headings, which has no quoted delimiters. */
function delimiterOf(head: string): string {
  const [line = ""] = head.split(/\r?\n/, 1);
  const count = (delimiter: string) => line.split(delimiter).length;
  return DELIMITERS.reduce((most, next) => (count(next) > count(most) ? next : most));
}
