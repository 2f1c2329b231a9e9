import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import type { By } from "../audit/event";
import type { IdentityHashes } from "../bans/identity-hashes";
import type { Timepiece } from "../clock";
import type { Statements } from "../db/database";
import { inTransaction } from "../db/transaction";
import { newUuidv7 } from "../session/uuidv7";
import type { Stores } from "../stores";
import type { NamePolicy } from "../users/name-policy";
import { checkPlayer } from "./check-player";
import type { Format, FormatWorld } from "./formats/format";
import { type ImportReport, Tally } from "./import-report";
import { knownIn } from "./known";
import { type PlacedPlayer, type PlanDeps, planBatch } from "./plan-batch";
import { RefusedRecord } from "./player";
import { records } from "./records";
import { startRehearsal } from "./rehearsal";
import { isWorthAnotherTry, writeBatch } from "./write-batch";

/** Players of one transaction: it holds their names and its locks for some ten milliseconds. */
const BATCH = 500;
/** How often a batch is planned anew because somebody was in the way. */
const TRIES = 10;

export type ImportDeps = {
  /** Has a connection on which statements may take as long as they take. */
  pool: Pick<pg.Pool, "connect">;
  storesOn(statements: Statements): Stores;
  clock: Timepiece;
  identityHashes: IdentityHashes;
  /** Profanity is no reason: a name that a player has stays. */
  namePolicy: () => Promise<NamePolicy>;
  world: FormatWorld;
  /** Ids of the providers that somebody can sign in with. */
  setUp: readonly string[];
};

export type ImportOptions = {
  /** What the files are called in the audit. */
  from: string;
  format: Format;
  /** Each is read twice. */
  files: readonly string[];
  /** Does it; else it is looked at. */
  apply: boolean;
  /** Goes on without the records that are refused; else nothing is done where there is one. */
  skipRefused: boolean;
  /** Takes players as well who have no way in here. */
  all: boolean;
  /** Has players keep the ids that the files tell. */
  keepIds: boolean;
  by: By;
  /** Told now and then how many records are done, of which part. */
  onProgress?: (part: "read" | "written", records: number) => void;
};

type Part = { plan: Omit<PlanDeps, "known" | "bans">; tally: Tally };

/**
 * Makes players of those in files, with the ways in that they have there. Who is here already, by any of them, is that
 * player: their profile and progress stay, and ways in that they lack are added. So it may be run again after a cut.
 *
 * First all of it is rehearsed, against the database as it is. Then it is done, in batches of 500 players, each whole or not
 * at all. No webhook is told.
 * @returns what was done; where it was not to be or something was refused, what would be
 * @throws {FileError} for a file that cannot be read; nothing is written then
 */
export async function importPlayers(deps: ImportDeps, options: ImportOptions): Promise<ImportReport> {
  const plan = {
    hash: await deps.identityHashes(),
    policy: await deps.namePolicy(),
    keepIds: options.keepIds,
  };
  const { report, lastId } = await rehearse(deps, options, { plan, tally: new Tally() });
  const isRefused = report.refused.count > 0 && !options.skipRefused;
  if (!options.apply || isRefused) return report;
  await begin(deps, options, report, lastId);
  return { ...(await write(deps, options, { plan, tally: new Tally() })), applied: true };
}

/** The providers of ways in that serve nobody yet; the other system's own id serves nobody where it is no issuer here. */
function notSetUp({ setUp }: ImportDeps, { format }: ImportOptions, { waysIn }: ImportReport): string[] {
  return Object.keys(waysIn).filter((provider) => !setUp.includes(provider) && provider !== format.ownId);
}

async function rehearse(
  deps: ImportDeps,
  options: ImportOptions,
  { plan, tally }: Part,
): Promise<{ report: ImportReport; lastId: number }> {
  let lastId = 0;
  await inTransaction(deps.pool, async (statements) => {
    const stores = deps.storesOn(statements);
    const rehearsal = await startRehearsal(statements, knownIn(stores));
    for await (const batch of batches(deps, options, tally, "read")) {
      const planned = await planBatch({ ...plan, known: rehearsal, bans: stores.bans }, batch);
      tally.batch(planned);
      await rehearsal.claim(planned);
      lastId = Math.max(lastId, ...planned.newPlayers.map(({ id }) => id ?? 0));
    }
  });
  return { report: { ...tally.report, notSetUp: notSetUp(deps, options, tally.report) }, lastId };
}

async function write(deps: ImportDeps, options: ImportOptions, { plan, tally }: Part): Promise<ImportReport> {
  const { pool, storesOn, clock } = deps;
  for await (const batch of batches(deps, options, tally, "written")) {
    const written = () =>
      inTransaction(pool, async (statements) => {
        await statements.query("SET LOCAL enable_seqscan = off; SET LOCAL statement_timeout = 0");
        const stores = storesOn(statements);
        const planned = await planBatch({ ...plan, known: knownIn(stores), bans: stores.bans }, batch);
        await writeBatch(stores, planned, plan.hash, clock.now());
        return planned;
      });
    tally.batch(await triedAgain(written));
  }
  return { ...tally.report, notSetUp: notSetUp(deps, options, tally.report) };
}

/** Before the first player is there: one entry of the audit for all of it, and nobody who signs up gets an id of the files. */
async function begin(
  { pool, storesOn, clock }: ImportDeps,
  { from, by }: ImportOptions,
  { newPlayers, alreadyHere, linked, refused }: ImportReport,
  lastId: number,
): Promise<void> {
  const after = { from, new_players: newPlayers, already_here: alreadyHere, linked, refused: refused.count };
  await inTransaction(pool, async (statements) => {
    const { audit, users } = storesOn(statements);
    await audit.append(newUuidv7(clock), { action: "import_players", userId: null, after, ...by });
    await users.passIds(lastId);
  });
}

async function* batches(
  { world }: ImportDeps,
  { files, format, all, onProgress }: ImportOptions,
  tally: Tally,
  part: "read" | "written",
): AsyncGenerator<PlacedPlayer[]> {
  let batch: PlacedPlayer[] = [];
  const onHeadings = (headings: readonly string[]) =>
    tally.headings(format.unknownColumns?.(headings, world) ?? []);
  for (const file of files) {
    for await (const { at, content } of records(file, { format, onHeadings })) {
      tally.record();
      try {
        if (content instanceof RefusedRecord) throw content;
        const read = format.read(content, world);
        if (read === null) continue;
        checkPlayer(read.player);
        tally.leaveOut(read.leftOut);
        const { identities } = read.player;
        // Who has no identity at all would be another player each time.
        if (identities.length > 0 && (all || hasWayIn(identities, world)))
          batch.push({ at, player: read.player });
        else tally.withoutWayIn();
      } catch (error) {
        if (!(error instanceof RefusedRecord)) throw error;
        tally.refuse(at, error.reason);
      }
      if (batch.length < BATCH) continue;
      yield batch;
      batch = [];
      onProgress?.(part, tally.report.records);
    }
  }
  if (batch.length > 0) yield batch;
  onProgress?.(part, tally.report.records);
}

function hasWayIn(identities: { provider: string }[], { providers }: FormatWorld): boolean {
  return identities.some(({ provider }) => providers.includes(provider));
}

async function triedAgain<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === TRIES || !isWorthAnotherTry(error)) throw error;
      await sleep(Math.random() * 50 * attempt);
    }
  }
}
