import type { Readable } from "node:stream";
import { JSONParser } from "@streamparser/json";
import { Fields } from "./fields";
import { RefusedRecord } from "./player";
import { FileError, type FileRecord, type ReadOptions } from "./records";

/**
 * The players of JSON: an array of them, an object that has the array in it, as the format's wrappers say, or one player after
 * the other (JSON Lines, or a file with a single one).
 * @throws {FileError} where it is no JSON any more
 */
export async function* jsonRecords(
  stream: Readable,
  head: string,
  file: string,
  { format }: ReadOptions,
): AsyncGenerator<FileRecord> {
  const paths = [pathOf(head, format.wrappers)];
  const parser = new JSONParser({ paths, keepStack: false, separator: "" });
  const values: unknown[] = [];
  let player = 0;
  parser.onValue = ({ value }) => void values.push(value);
  // Else it throws from within a callback of its own.
  let failure: Error | null = null;
  parser.onError = (error) => {
    failure = error;
  };
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    if (!parser.isEnded) parser.write(chunk);
    for (const value of values.splice(0)) {
      player += 1;
      yield { at: `${file}, player ${player}`, content: fieldsOf(value) };
    }
    if (failure) throw broken(file, player);
  }
  if (!parser.isEnded) parser.end();
  if (failure) throw broken(file, player);
}

function fieldsOf(value: unknown): Fields | RefusedRecord {
  try {
    return Fields.of(value);
  } catch (error) {
    if (error instanceof RefusedRecord) return error;
    throw error;
  }
}

function pathOf(head: string, wrappers: Readonly<Record<string, string>>): string {
  if (/^\s*\[/.test(head)) return "$.*";
  const [, first = ""] = /^\s*\{\s*"([^"]*)"/.exec(head) ?? [];
  return (Object.hasOwn(wrappers, first) && wrappers[first]) || "$";
}

function broken(file: string, player: number): FileError {
  return new FileError(`${file} is no JSON behind player ${player}.`);
}
