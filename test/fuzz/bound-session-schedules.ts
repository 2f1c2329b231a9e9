import fc from "fast-check";
import type { Death } from "../support/mortal-database";

/** The player's device has two tabs, of which one may know less than the other, and the server two processes. */
export type Tab = 0 | 1;
export type Process = 0 | 1;

/** What becomes of an answer: it comes, it is lost on the way, or the process dies before it has one. */
export type Fate = "answered" | "lost" | Death;

/** Where a refresh token is exchanged. */
export type Exchange = "/api/refresh" | "/oauth/token";

/** What a thief of tokens sends for the proof that they cannot make. */
export type Forgery =
  | "nothing"
  | "a proof of another key"
  | "the key, signed by another"
  | "a proof that has served"
  | "a proof for elsewhere";

export type Theft = { back: number; forgery: Forgery; via: Exchange; process: Process };

export type Step =
  | { do: "refresh"; tab: Tab; via: Exchange; process: Process; fate: Fate }
  /** Both tabs in the same moment, each at another process, and a thief with them. */
  | { do: "refreshTogether"; process: Process; theft: Theft | null }
  | { do: "me"; tab: Tab; process: Process }
  /** A tab ends before it has stored what it was told: it goes on with a token so many before the last. */
  | { do: "crash"; tab: Tab; back: number }
  | ({ do: "steal"; fate: Fate } & Theft)
  | { do: "stealAccess"; forgery: Forgery; process: Process }
  | {
      do: "signOutAsThief";
      back: number;
      forgery: Forgery;
      via: "/api/logout" | "/oauth/revoke";
      process: Process;
    }
  /** Somebody sets the clock of the device. */
  | { do: "setClock"; seconds: number }
  | { do: "tick"; seconds: number };

const DAY = 86_400;
const YEAR = 365 * DAY;

const tab = fc.constantFrom<Tab>(0, 1);
const process = fc.constantFrom<Process>(0, 1);
const back = fc.nat(6);
const via = fc.constantFrom<Exchange>("/api/refresh", "/oauth/token");
const forgery = fc.constantFrom<Forgery>(
  "nothing",
  "a proof of another key",
  "the key, signed by another",
  "a proof that has served",
  "a proof for elsewhere",
);
const fate: fc.Arbitrary<Fate> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Fate>("answered") },
  { weight: 1, arbitrary: fc.constant<Fate>("lost") },
  {
    weight: 2,
    arbitrary: fc.record({
      statement: fc.integer({ min: 1, max: 3 }),
      side: fc.constantFrom<Death["side"]>("before", "after"),
    }),
  },
);
const theft = fc.record({ back, forgery, via, process });
/** The last is longer than a session may be idle, less what it has been. */
const ticks = fc.constantFrom(1, 61, 170, 3_600, 7 * DAY, 29 * DAY);
const clocks = fc.constantFrom(0, -45, 45, -90, 90, -DAY, DAY, -YEAR, YEAR, -30 * YEAR, 30 * YEAR);

const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant("refresh" as const), tab, via, process, fate }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("refreshTogether" as const),
      process,
      theft: fc.option(theft, { freq: 2 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("me" as const), tab, process }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("crash" as const), tab, back }) },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant("steal" as const), back, forgery, via, process, fate }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("stealAccess" as const), forgery, process }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("signOutAsThief" as const),
      back,
      forgery,
      via: fc.constantFrom("/api/logout" as const, "/oauth/revoke" as const),
      process,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("setClock" as const), seconds: clocks }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("tick" as const), seconds: ticks }) },
) as fc.Arbitrary<Step>;

/** What happens to one session from its sign-in on. */
export type Schedule = readonly Step[];

export const schedules: fc.Arbitrary<Schedule> = fc.array(step, { minLength: 4, maxLength: 10, size: "max" });
