import fc from "fast-check";
import type { Database } from "../../src/db/database";
import type { Proof, Run } from "../support/proof";
import { schedules } from "./bound-session-schedules";
import { forgetSessions, openDatabases, openLanes } from "./support/bound-session-lanes";
import { BoundSessionPlay, type Lane } from "./support/bound-session-play";

/** How many run side by side; the embedded database does one thing at a time. */
const LANES = { embedded: 1, postgres: 4 };
/** Schedules that a lane carries out in a round, one after the other. */
const SCHEDULES = 25;

/**
 * Random schedules of a device that is bound to its session and a thief of its tokens: the app, its statements and its
 * cryptography are real, and only the sockets are left out.
 */
function boundSessions(kind: Database["kind"], share: number): Proof {
  return {
    name: `bound sessions, ${kind}`,
    title: `S28 S29 S33 C8 C11 random schedules of a device and a thief of its tokens on ${kind}: the device is never signed out, the thief never in`,
    database: kind,
    shortRounds: 1,
    longRounds: 400,
    share,
    countsSchedules: true,
    async prepare(run) {
      const databases = await openDatabases(kind, run.world);
      const lanes = await openLanes(databases, LANES[kind]);
      return async (round) => {
        const seed = run.seedOf(round);
        await Promise.all(lanes.map((lane, index) => playSchedules(run, lane, seed + index, SCHEDULES)));
        await forgetSessions(databases);
      };
    },
  };
}

/** @param seed repeats the schedules, but for the order in which what happens at once happens */
export async function playSchedules(
  run: Pick<Run, "fault" | "check" | "schedules">,
  lane: Lane,
  seed: number,
  count: number,
  options: Pick<fc.Parameters, "endOnFailure"> = {},
): Promise<void> {
  const outcome = await fc.check(
    fc.asyncProperty(schedules, async (schedule) => {
      run.fault(schedule.filter((step) => isFault(step.do)).length);
      await new BoundSessionPlay(lane, () => run.check(true, "")).run(schedule);
      run.schedules++;
    }),
    { seed, numRuns: count, interruptAfterTimeLimit: 90_000, ...options },
  );
  if (outcome.failed)
    run.check(false, `seed ${seed}: ${outcome.errorInstance} ${JSON.stringify(outcome.counterexample)}`);
}

function isFault(what: string): boolean {
  return !["refresh", "me", "tick"].includes(what);
}

export const boundSessionsEmbedded = boundSessions("embedded", 2);
export const boundSessionsPostgres = boundSessions("postgres", 4);
