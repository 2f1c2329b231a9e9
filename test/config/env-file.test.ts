import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadConfig } from "../../src/config/config";
import { inFolder, load } from "./support";

const password = (line: string) => {
  const { database } = load({ dotEnv: `DB_USER=u\n${line}\n` });
  return database.kind === "postgres" ? database.password : null;
};

/** What the start says of a `.env` of these bytes. */
const refusal = (bytes: Uint8Array) =>
  inFolder((cwd) => {
    writeFileSync(join(cwd, ".env"), bytes);
    try {
      loadConfig({ cwd, env: {} });
      return null;
    } catch (error) {
      return (error as Error).message;
    }
  });

test.each([
  ["DB_PASSWORD='pa$word-93'", "pa$word-93"],
  ['DB_PASSWORD="pa$word-93"', "pa$word-93"],
  ["DB_PASSWORD=pa$word-93", "pa$word-93"],
  ["DB_PASSWORD='$HOME'", "$HOME"],
  [`DB_PASSWORD="\${HOME}"`, "$" + "{HOME}"],
  ["DB_PASSWORD=secret # not the secret", "secret"],
  ['DB_PASSWORD="secret # the secret"', "secret # the secret"],
  ['DB_PASSWORD=`it\'s "quoted"`', `it's "quoted"`],
  ["export DB_PASSWORD=exported", "exported"],
  ["DB_PASSWORD= spaced ", "spaced"],
  ['DB_PASSWORD="two\\nlines"', "two\nlines"],
  ["DB_PASSWORD='two\\nlines'", "two\\nlines"],
])(".env: %s is read as dotenv documents it", (line, expected) => {
  expect(password(line)).toBe(expected);
});

test("a .env may start with a byte order mark and end its lines as Windows does", () => {
  expect(load({ dotEnv: "\uFEFFSERVER_PORT=1002\r\nSERVER_HOST=127.0.0.1\r\n" }).server).toMatchObject({
    host: "127.0.0.1",
    port: 1002,
  });
});

test.each([
  ["UTF-16 with its mark", Buffer.from("\uFEFFSERVER_PORT=1\n", "utf16le")],
  ["UTF-16 without", Buffer.from("SERVER_PORT=1\n", "utf16le")],
  ["Latin-1", Buffer.from("DB_PASSWORD=pässword\n", "latin1")],
])("a .env in %s is an error that names the file", (_encoding, bytes) => {
  expect(refusal(bytes)).toBe(
    "The configuration has 1 problem:\n  - .env: is not UTF-8; save it in that encoding",
  );
});

test("a .env that cannot be read is an error that names the file", () => {
  inFolder((cwd) => {
    mkdirSync(join(cwd, ".env"));
    expect(() => loadConfig({ cwd, env: {} })).toThrow(".env: cannot be read (EISDIR)");
  });
});
