import { expect, test } from "bun:test";
import { type Account, compare, type Row } from "./ledger";

const account = (changes: Partial<Account> = {}): Account => ({
  userId: 7,
  sessionId: "s",
  name: "Ada",
  openNames: [],
  renames: 1,
  stars: 2,
  openStars: 0,
  rotations: 3,
  ...changes,
});

const rows = (changes: Partial<Row> = {}) =>
  new Map([
    ["s", { session_id: "s", name: "Ada", stars: 2, generation: 3, revoked: false, renames: 1, ...changes }],
  ]);

test("what the database has is kept: the sign-in, each rename, each star, each rotation", () => {
  expect(compare([account()], rows())).toEqual({ kept: 7, lost: [] });
});

test("a player who is not there has lost the sign-in and every write after it", () => {
  const { kept, lost } = compare([account()], new Map());
  expect([kept, lost.length]).toEqual([0, 7]);
});

const LOSSES: [string, Partial<Row>][] = [
  ["the session was revoked", { revoked: true }],
  ["a rename", { renames: 0 }],
  ["the last name", { name: "Bob" }],
  ["a star", { stars: 1 }],
  ["a star too many", { stars: 3 }],
  ["a rotation", { generation: 2 }],
];

for (const [what, changes] of LOSSES)
  test(`${what} is a loss`, () => {
    expect(compare([account()], rows(changes))).toEqual({ kept: 6, lost: [`player 7: ${what}`] });
  });

test("each write counts by itself", () => {
  expect(compare([account()], rows({ stars: 0, generation: 0 })).lost).toHaveLength(5);
});

test("what was asked for without an answer may have been done or not", () => {
  const unanswered = account({ openNames: ["Bob"], openStars: 1 });
  expect(compare([unanswered], rows()).lost).toEqual([]);
  const done = rows({ name: "Bob", renames: 2, stars: 3, generation: 4 });
  expect(compare([unanswered], done).lost).toEqual([]);
});
