import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Database } from "../../src/db/database";
import { misspelt } from "../support/mortal-database";
import { Run } from "../support/proof";
import { playSchedules } from "./bound-session-programs";
import { openDatabases, openLanes } from "./support/bound-session-lanes";

// That the schedules find nothing says something only if they would find a mistake.
const world = new AsyncDisposableStack();
let database: Database;
beforeAll(async () => {
  [database] = await openDatabases("embedded", world);
}, 60_000);
afterAll(() => world.disposeAsync());

test.each([
  [
    "that rotates for any key",
    "rotate",
    (sql: string) => sql.replace("s.jkt = $7", "$7::text IS NOT NULL"),
    /a thief.* with a proof of another key: 200/,
  ],
  [
    "that rotates without a key",
    "rotate",
    (sql: string) => sql.replace("s.jkt = $7", "$7::text IS NULL OR s.jkt = $7::text"),
    /a thief.* with nothing: 200/,
  ],
  [
    "that ends a session for an old token of the right key",
    "revoke_if_replayed",
    (sql: string) => sql.replace("AND s.revoked_at IS NULL AND s.jkt IS NULL", "AND s.revoked_at IS NULL"),
    /refresh.*: 40[01] invalid_grant, and should be 200/,
  ],
  [
    "that takes a proof twice",
    "spend_once",
    (sql: string) => sql.replace("DO NOTHING", "DO UPDATE SET hash = excluded.hash"),
    /a thief with a proof that has served: 200/,
  ],
  [
    "that goes back to an earlier token",
    "revoke_if_replayed",
    (sql: string) => sql.replace("seen.generation AS session_generation", "$3 AS session_generation"),
    /a step back|and should be/,
  ],
])(
  "the schedules find a server %s",
  async (_what, statement, respell, found) => {
    const wrong = misspelt(database, statement, respell);
    const [lane] = await openLanes([wrong, wrong], 1);
    const run = new Run(1, "mistakes");
    await playSchedules(run, lane!, 1, 300, { endOnFailure: true });
    expect(run.losses.join()).toMatch(found);
  },
  60_000,
);
