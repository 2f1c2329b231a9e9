import { closeSync, createReadStream, openSync, readSync } from "node:fs";
import { basename } from "node:path";
import { csvRecords } from "./csv-records";
import type { Fields } from "./fields";
import type { Format } from "./formats/format";
import { jsonRecords } from "./json-records";
import type { RefusedRecord } from "./player";

/** A record of a file. */
export type FileRecord = {
  /** Where it stands: `players.csv, line 12`, or `users.json, player 3`. */
  at: string;
  content: Fields | RefusedRecord;
};

/** A file that is of no use; the message is one plain sentence. */
export class FileError extends Error {
  override name = "FileError";
}

export type ReadOptions = {
  format: Format;
  /** Told of the headings of CSV. */
  onHeadings?: (headings: readonly string[]) => void;
};

/** So much of a file tells what it is. */
const HEAD_BYTES = 65_536;

/**
 * The records of a file, as they come from the disk: JSON or CSV, whatever it is called.
 * @throws {FileError} when it cannot be read, or cannot be read any further
 */
export async function* records(path: string, options: ReadOptions): AsyncGenerator<FileRecord> {
  const name = basename(path);
  const head = readHead(path, name);
  const stream = () => createReadStream(path);
  try {
    if (/^\s*[[{]/.test(head)) yield* jsonRecords(stream(), head, name, options);
    else yield* csvRecords(stream(), head, name, options);
  } catch (error) {
    if (error instanceof FileError || (error as { code?: string }).code === undefined) throw error;
    throw new FileError(`${name} cannot be read: ${(error as Error).message}.`, { cause: error });
  }
}

function readHead(path: string, name: string): string {
  const bytes = Buffer.alloc(HEAD_BYTES);
  let length = 0;
  try {
    const file = openSync(path, "r");
    length = readSync(file, bytes, 0, HEAD_BYTES, 0);
    closeSync(file);
  } catch (error) {
    throw new FileError(`${name} cannot be read: ${(error as Error).message}.`, { cause: error });
  }
  const [first, second] = bytes;
  if (length >= 2 && first === 0x1f && second === 0x8b)
    throw new FileError(`${name} is compressed; unpack it.`);
  if (length >= 2 && ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)))
    throw new FileError(`${name} is in UTF-16; save it in UTF-8.`);
  return bytes.toString("utf8", 0, length).replace(/^\uFEFF/, "");
}
