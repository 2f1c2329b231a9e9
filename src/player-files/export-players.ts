import { stringify } from "csv-stringify/sync";
import type pg from "pg";
import type { By } from "../audit/event";
import type { Timepiece } from "../clock";
import type { Statements } from "../db/database";
import { inTransaction } from "../db/transaction";
import { newUuidv7 } from "../session/uuidv7";
import type { Stores } from "../stores";
import { OWN_COLUMNS } from "./formats/own";
import { cellsOf, type ExportedPlayer, jsonOf } from "./own-rows";

/** What `bun run export --to` takes. */
export const EXPORT_KINDS = ["csv", "json"] as const;

export type ExportKind = (typeof EXPORT_KINDS)[number];

export type ExportDeps = {
  /** Has a connection on which statements may take as long as they take. */
  pool: Pick<pg.Pool, "connect">;
  storesOn(statements: Statements): Stores;
  clock: Timepiece;
};

const PAGE = 1_000;

/**
 * Tells of all players, as they are in one moment, with their ways in and progress: no token, no secret and no hash of one.
 * Who has left, was merged into another player or is gone is not among them. That it was done is noted first.
 * @param write takes a piece of the file; the next is made once it is done
 * @returns how many players there are
 */
export async function exportPlayers(
  { pool, storesOn, clock }: ExportDeps,
  kind: ExportKind,
  by: By,
  write: (text: string) => Promise<void>,
): Promise<number> {
  await inTransaction(pool, (statements) =>
    storesOn(statements).audit.append(newUuidv7(clock), {
      action: "export_players",
      userId: null,
      after: { to: kind },
      ...by,
    }),
  );
  const { head, body, tail } = WRITERS[kind];
  return inTransaction(pool, async (statements) => {
    await statements.query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
    await statements.query("SET LOCAL statement_timeout = 0");
    await write(head);
    let count = 0;
    for await (const page of pages(storesOn(statements))) {
      await write(body(page, count === 0));
      count += page.length;
    }
    await write(tail);
    return count;
  });
}

async function* pages({ users, identities, progress }: Stores): AsyncGenerator<ExportedPlayer[]> {
  for (let after = 0; ; ) {
    const page = await users.exportPage(after, PAGE);
    const last = page.at(-1);
    if (!last) return;
    const ids = page.map(({ id }) => id);
    const stats = await progress.find(ids);
    const told = Map.groupBy(await identities.tellOf(ids), ({ user_id }) => user_id);
    yield page.map((user) => ({
      ...user,
      stats: stats.get(user.id)?.stats ?? {},
      identities: (told.get(user.id) ?? []).map(({ user_id: _, ...identity }) => identity),
    }));
    after = last.id;
  }
}

type Writer = { head: string; body(players: ExportedPlayer[], isFirst: boolean): string; tail: string };

/** CSV as RFC 4180 has it, and an array of JSON with a player on each line. */
const WRITERS: Record<ExportKind, Writer> = {
  csv: {
    head: `${OWN_COLUMNS.join(",")}\r\n`,
    body: (players) => stringify(players.map(cellsOf), { record_delimiter: "\r\n" }),
    tail: "",
  },
  json: {
    head: "[\n",
    body: (players, isFirst) =>
      (isFirst ? "" : ",\n") + players.map((player) => JSON.stringify(jsonOf(player))).join(",\n"),
    tail: "\n]\n",
  },
};
