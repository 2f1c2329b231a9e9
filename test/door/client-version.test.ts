import { expect, test } from "bun:test";
import { isOlder } from "../../src/door/client-version";

/** Each before the next: those of Semantic Versioning 2.0.0, 11, and what numbers of a computer would get wrong. */
const ASCENDING = [
  "0.9.10",
  "1.0.0-1",
  "1.0.0-9",
  "1.0.0-10",
  "1.0.0--",
  "1.0.0-alpha",
  "1.0.0-alpha.1",
  "1.0.0-alpha.beta",
  "1.0.0-beta",
  "1.0.0-beta.2",
  "1.0.0-beta.11",
  "1.0.0-rc.1",
  "1.0.0",
  "1.0.1",
  "1.2.0",
  "1.10.0",
  "2.0.0",
  "2.0.90071992547409931",
  "2.0.90071992547409932",
];

test("versions come in the order of Semantic Versioning", () => {
  for (const [at, version] of ASCENDING.entries())
    for (const [otherAt, other] of ASCENDING.entries())
      expect([version, other, isOlder(version, other)]).toEqual([version, other, at < otherAt]);
});

test("what it was built of decides nothing", () => {
  expect([isOlder("1.0.0+1", "1.0.0+2"), isOlder("1.0.0+z", "1.0.0")]).toEqual([false, false]);
});
