import { expect, test } from "bun:test";
import { isGreen, type Outcome, outcomeTable, problemLines } from "./table";

const PHASE = {
  name: "the leader is killed",
  seconds: 52.4,
  requests: 5_210,
  askedAgain: 12,
  errors: 0,
  silence: 21.44,
  writeSilence: 21.5,
  longestWait: 24.06,
};

const outcome = (changes: Partial<Outcome> = {}): Outcome => ({
  seed: 7,
  players: 2_000,
  phases: [PHASE, { ...PHASE, name: "PgBouncer restarts", silence: 1 }],
  kept: 900,
  lost: [],
  signedOut: 0,
  problems: new Map(),
  ...changes,
});

test("a run is a table with a line for each event and one for all, and a sentence", () => {
  expect(outcomeTable(outcome()).split("\n")).toEqual([
    "| meanwhile | seconds | requests | asked again | errors | longest silence | without a write | longest wait |",
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    "| the leader is killed | 52 | 5210 | 12 | 0 | 21.4 s | 21.5 s | 24.1 s |",
    "| PgBouncer restarts | 52 | 5210 | 12 | 0 | 1.0 s | 21.5 s | 24.1 s |",
    "| all | 105 | 10420 | 24 | 0 | 21.4 s | 21.5 s | 24.1 s |",
    "",
    "Seed 7, 2000 players. Acknowledged writes: 900, lost: 0. Players signed out: 0.",
  ]);
});

test("a run is green only when nothing was lost, nobody signed out and no answer wrong", () => {
  expect(isGreen(outcome())).toBe(true);
  expect(isGreen(outcome({ lost: ["player 7: a star"] }))).toBe(false);
  expect(isGreen(outcome({ signedOut: 1 }))).toBe(false);
  expect(isGreen(outcome({ phases: [{ ...PHASE, errors: 1 }] }))).toBe(false);
});

test("of what went wrong each kind is a line, and of many losses the first twenty", () => {
  const lost = Array.from({ length: 25 }, (_, index) => `player ${index}: a star`);
  const lines = problemLines(outcome({ lost, problems: new Map([["a rename was answered 500", 3]]) }));
  expect(lines).toHaveLength(22);
  expect(lines[0]).toBe("3 × a rename was answered 500");
  expect(lines.at(-1)).toBe("and 5 more");
});
