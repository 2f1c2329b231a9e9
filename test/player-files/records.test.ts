import { expect, test } from "bun:test";
import { FORMATS, type FormatName } from "../../src/player-files/formats/formats";
import { type FileRecord, records } from "../../src/player-files/records";
import { fileOf } from "../support/player-files";
import { rejection } from "../support/rejection";

/** Where each record stands, and why it is refused. */
async function read(from: FormatName, name: string, text: string | Buffer): Promise<string[]> {
  using world = new DisposableStack();
  const all: string[] = [];
  for await (const record of records(fileOf(world, name, text), { format: FORMATS[from] }))
    all.push(shown(record));
  return all;
}

function shown({ at, content }: FileRecord): string {
  return content instanceof Error ? `${at}: ${content.reason}` : `${at}: ${content.get("name", "localId")}`;
}

test("a line that is no CSV, or has too few or too many cells, is refused with its number, and the next is read", async () => {
  const text = 'name,google\nAnn,1\nB "x" b,2\nCy\nDee,3,4\nEve,5,\n\n"Fay, ""F""",6\n';
  expect(await read("csv", "a.csv", text)).toEqual([
    "a.csv, line 2: Ann",
    "a.csv, line 3: unreadable",
    "a.csv, line 4: unreadable",
    "a.csv, line 5: unreadable",
    "a.csv, line 6: Eve",
    'a.csv, line 8: Fay, "F"',
  ]);
});

test.each([",", ";", "\t"])(
  "cells may be separated by %j, with a byte order mark and carriage returns",
  async (d) => {
    const text = `\uFEFFname${d}google\r\n"A${d}nn"${d}1\r\n`;
    expect(await read("csv", "a.txt", text)).toEqual([`a.txt, line 2: A${d}nn`]);
  },
);

test.each([
  ['[{"name":"Ann"},\n {"name":"Bob"}, 3]', ["player 1: Ann", "player 2: Bob", "player 3: no_player"]],
  ['{"name":"Ann"}\n{"name":"Bob"}\n', ["player 1: Ann", "player 2: Bob"]],
  ['{"name":"Ann"}', ["player 1: Ann"]],
  ["[]", []],
])("JSON may be %s", async (text, players) => {
  expect(await read("json", "a.json", text)).toEqual(players.map((player) => `a.json, ${player}`));
});

test("JSON that ends in the middle, or is none, stops with where", async () => {
  expect(
    (await rejection(read("firebase", "a.json", '{"users": [{"localId": "a"},\n{"local'))).message,
  ).toContain("a.json is no JSON behind player 1.");
  expect((await rejection(read("json", "a.json", '[{"name":"Ann"} {"name":"Bob"}]'))).message).toContain(
    "a.json is no JSON behind player 1.",
  );
});

test("a quotation mark that nobody closes is no gigabyte of memory", async () => {
  const text = `name,google\nAnn,1\n"Bob,2\n${"x".repeat(4_000_000)}`;
  expect(await read("csv", "a.csv", text)).toEqual([
    "a.csv, line 2: Ann",
    expect.stringContaining("unreadable"),
  ]);
});

test.each([
  ["compressed", Buffer.from([0x1f, 0x8b, 8, 0]), "a.csv is compressed; unpack it."],
  ["in UTF-16", Buffer.from("\uFEFFname\n", "utf16le"), "a.csv is in UTF-16; save it in UTF-8."],
  ["empty", "", "a.csv is empty."],
])("a file that is %s is told so", async (_, content, sentence) => {
  expect((await rejection(read("csv", "a.csv", content))).message).toContain(sentence);
});

test("a file that is not there is told by its name", async () => {
  const reading = records("/nowhere/a.csv", { format: FORMATS.csv }).next();
  expect((await rejection(reading)).message).toMatch(/^a\.csv cannot be read: ENOENT/);
});
