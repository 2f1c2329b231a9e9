import { expect, test } from "bun:test";
import { ConfigError } from "../../src/config/config";
import { DatabaseStartError } from "../../src/db/errors";
import { ListenError } from "../../src/host/listen";
import { startFailureCode } from "../../src/host/start-failure";

test.each([
  ["a broken configuration", new ConfigError("wrong"), 78],
  ["a database that somebody has to mend", new DatabaseStartError("damaged", { lasting: true }), 78],
  ["a database that may come back", new DatabaseStartError("gone"), 1],
  ["a port that may become free", new ListenError("taken"), 1],
  ["anything else", new Error("unknown"), 1],
])("%s exits with what tells a service manager whether to try again", (_what, error, code) => {
  expect(startFailureCode(error)).toBe(code);
});
