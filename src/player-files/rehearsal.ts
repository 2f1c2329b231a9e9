import type { Statements } from "../db/database";
import { DatabaseStartError } from "../db/errors";
import { identityKey } from "../identity/provider";
import { nameKeys } from "../users/name-claims";
import type { Known } from "./known";
import type { BatchPlan } from "./plan-batch";

/** What a dry run has given away so far: keys of identities and names, and ids. Goes with its transaction. */
const MAKE = `
  CREATE TEMPORARY TABLE rehearsed (key text PRIMARY KEY, player int NOT NULL) ON COMMIT DROP;
  SET LOCAL enable_seqscan = off; SET LOCAL statement_timeout = 0`;

const CLAIM = `
  INSERT INTO rehearsed (key, player) SELECT * FROM unnest($1::text[], $2::int[]) ON CONFLICT DO NOTHING`;

/** One look at the index for each, whatever the planner knows of the table. */
const FIND = `
  SELECT found.* FROM (
    SELECT asked.key, (SELECT r.player FROM rehearsed AS r WHERE r.key = asked.key) AS player
    FROM unnest($1::text[]) AS asked (key)) AS found
  WHERE found.player IS NOT NULL`;

/** What the database knows, and what a dry run would have written there by now. */
export type Rehearsal = Known & {
  /** Takes a plan for done. */
  claim(plan: BatchPlan): Promise<void>;
};

/**
 * A dry run's memory, in a table of its own transaction, so that a million players fit. It locks nothing that others use.
 * @param statements of that transaction
 * @throws {DatabaseStartError} when the role may make none
 */
export async function startRehearsal(statements: Statements, known: Known): Promise<Rehearsal> {
  await statements.query(MAKE).catch((error) => {
    if (error.code !== "42501") throw error;
    throw new DatabaseStartError(
      "The role may make no temporary table: GRANT TEMPORARY ON DATABASE … TO the role, for as long as it imports.",
      { cause: error },
    );
  });
  // No player of the database has a negative id.
  let last = 0;
  const find = async (keys: string[]) => {
    if (keys.length === 0) return new Map<string, number>();
    const { rows } = await statements.query<{ key: string; player: number }>(FIND, [keys]);
    return new Map(rows.map(({ key, player }) => [key, player]));
  };
  return {
    async ownersOf(identities) {
      const rehearsed = await find(identities.map((identity) => `i:${identityKey(identity)}`));
      const owners = await known.ownersOf(identities);
      for (const [key, player] of rehearsed) owners.set(key.slice(2), player);
      return owners;
    },
    async namesTaken(names) {
      const rehearsed = await find(names.flatMap(nameKeys));
      const taken = await known.namesTaken(names);
      for (const [place, name] of names.entries())
        if (nameKeys(name).some((key) => rehearsed.has(key))) taken.add(place);
      return taken;
    },
    async idsTaken(ids) {
      const rehearsed = await find(ids.map((id) => `n:${id}`));
      const taken = await known.idsTaken(ids);
      for (const key of rehearsed.keys()) taken.add(Number(key.slice(2)));
      return taken;
    },
    async claim({ newPlayers, links }) {
      const keys: string[] = [];
      const players: number[] = [];
      const claim = (key: string, player: number) => {
        keys.push(key);
        players.push(player);
      };
      for (const { identities, username, id } of newPlayers) {
        last -= 1;
        for (const identity of identities) claim(`i:${identityKey(identity)}`, last);
        for (const key of nameKeys(username)) claim(key, last);
        if (id !== null) claim(`n:${id}`, last);
      }
      for (const { userId, identity } of links) claim(`i:${identityKey(identity)}`, userId);
      if (keys.length > 0) await statements.query(CLAIM, [keys, players]);
    },
  };
}
