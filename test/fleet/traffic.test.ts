import { expect, test } from "bun:test";
import { Traffic, total } from "./traffic";

/** A clock by hand, in seconds. */
function trafficAt() {
  let seconds = 0;
  const traffic = new Traffic(() => seconds * 1_000);
  const at = (time: number) => {
    seconds = time;
    return traffic;
  };
  return { traffic, at };
}

test("an answer is a success, not now, or an error", () => {
  const { traffic } = trafficAt();
  traffic.begin("all");
  for (const status of [200, 204, 502, 503, 504, null, 401, 429, 500]) {
    traffic.sent();
    traffic.answered("GET /api/me", status, false);
  }
  traffic.answered("report", 409, true, "idempotency_key_in_use");
  traffic.answered("report", 409, true, "version_conflict");
  traffic.failed("a rename came to nothing");
  expect(traffic.phases[0]).toMatchObject({ requests: 9, askedAgain: 5, errors: 5 });
  expect(Object.fromEntries(traffic.problems)).toEqual({
    "GET /api/me was answered 401": 1,
    "GET /api/me was answered 429": 1,
    "GET /api/me was answered 500": 1,
    "report was answered 409 version_conflict": 1,
    "a rename came to nothing": 1,
  });
});

test("the longest silence is that between two successes, and writes have one of their own", () => {
  const { traffic, at } = trafficAt();
  traffic.begin("first");
  at(1).answered("rename", 200, true);
  at(3).answered("me", 200, false);
  at(4).answered("me", 503, false);
  at(6).answered("rename", 200, true);
  at(7).end();
  expect(traffic.phases[0]).toMatchObject({ seconds: 7, silence: 3, writeSilence: 5 });
});

test("a silence that outlasts its phase counts in both, and at the end as well", () => {
  const { traffic, at } = trafficAt();
  traffic.begin("first");
  at(1).answered("rename", 200, true);
  at(4).begin("second");
  at(6).answered("me", 200, false);
  at(10).end();
  expect(traffic.phases).toMatchObject([
    { seconds: 4, silence: 3, writeSilence: 3 },
    { seconds: 6, silence: 5, writeSilence: 9 },
  ]);
});

test("what is before the first phase is no silence", () => {
  const { traffic, at } = trafficAt();
  at(60).begin("first");
  at(61).answered("me", 200, false);
  at(61).end();
  expect(traffic.phases[0]?.silence).toBe(1);
});

test("all phases together have the sum of what is counted and the longest of what is waited", () => {
  const { traffic, at } = trafficAt();
  traffic.begin("first");
  traffic.sent();
  traffic.waited(2);
  at(2).begin("second");
  traffic.sent();
  traffic.waited(1);
  at(3).end();
  expect(total(traffic.phases)).toMatchObject({ seconds: 3, requests: 2, silence: 3, longestWait: 2 });
});
