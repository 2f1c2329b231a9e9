import { afterEach, expect, spyOn, test } from "bun:test";
import { runtime } from "../../src/host/bun";
import { openDatabaseClock } from "../../src/host/database-clock";

const HOUR_MS = 3_600_000;
const real = Date.now;
let wall: ReturnType<typeof spyOn> | undefined;
afterEach(() => wall?.mockRestore());

/** A database whose clock is off from this machine's by so much. */
async function clockOf(offMs: number) {
  const database = { offMs, questions: 0 };
  const warnings: string[] = [];
  const query = async () => {
    database.questions++;
    return { rows: [{ now: new Date(real() + database.offMs) }] };
  };
  const clock = await openDatabaseClock(
    { query } as never,
    (line) => warnings.push(line),
    runtime.monotonicNow,
  );
  return { clock, database, warnings };
}

const setWall = (offMs: number) => {
  wall = spyOn(Date, "now").mockImplementation(() => real() + offMs);
};

test.each([
  ["ahead of", -HOUR_MS],
  ["behind", HOUR_MS],
])("a machine that is an hour %s the database goes by the database, and says so", async (how, offMs) => {
  const { clock, warnings } = await clockOf(offMs);
  expect(clock.now().getTime()).toBeWithin(real() + offMs - 100, real() + offMs + 100);
  expect(warnings).toEqual([expect.stringContaining(`3600 s ${how} the database's`)]);
});

test("one that is half a minute off says nothing", async () => {
  expect((await clockOf(30_000)).warnings).toEqual([]);
});

test("every minute it says so again", async () => {
  const { clock, database, warnings } = await clockOf(0);
  database.offMs = HOUR_MS;
  await clock.synchronize();
  await clock.synchronize();
  expect(warnings).toHaveLength(2);
});

test("setting the machine's clock moves nothing", async () => {
  const { clock } = await clockOf(0);
  const before = clock.now().getTime();
  setWall(HOUR_MS);
  expect(clock.now().getTime() - before).toBeLessThan(1_000);
});

test("after the machine has slept the database is asked at once, and not with every look at the clock", async () => {
  const { clock, database } = await clockOf(0);
  await Bun.sleep(1_050);
  database.offMs = HOUR_MS;
  setWall(HOUR_MS);
  for (let look = 0; look < 100; look++) clock.now();
  await Bun.sleep(5);
  expect(database.questions).toBe(2);
  expect(clock.now().getTime()).toBeGreaterThan(real() + HOUR_MS - 100);
});
