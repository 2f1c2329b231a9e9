import { CLOCK, type RunStatement } from "../db/statements";
import { PROGRESSED } from "../users/store";
import type { Progress } from "./progress";
import type { Stats } from "./stats";

/** The columns of a player's stats for a statement of another store, of a LEFT JOIN with the table `p`. */
export const STATS_COLUMNS = `coalesce(p.version, 0) AS version, coalesce(p.stats, '{}') AS stats`;

const FIND = `
  SELECT p.user_id, p.version, p.stats FROM player_progress AS p, ${CLOCK} WHERE p.user_id = ANY($2)`;

const FIND_MEANT = `
  SELECT p.user_id, p.version, p.stats FROM player_progress AS p, ${CLOCK}
  WHERE p.user_id IN (SELECT coalesce(a.merged_into, a.id) FROM users AS a WHERE a.id = ANY($2))`;

/** Whoever writes has the players locked, so none of them waits here. */
const WRITE = `
  WITH changed AS (
    SELECT c.* FROM ${CLOCK}, jsonb_to_recordset($2::text::jsonb) AS c (user_id int, stars int, level int, stats jsonb)
  ), ${PROGRESSED}
  INSERT INTO player_progress AS p (user_id, version, stats)
  SELECT user_id, 1, stats FROM changed ORDER BY user_id
  ON CONFLICT (user_id) DO UPDATE SET version = p.version + 1, stats = excluded.stats
  RETURNING p.user_id, p.version`;

const DELETE_OF = `DELETE FROM player_progress AS p USING ${CLOCK} WHERE p.user_id = ANY($2)`;

export type StatsRow = { version: number; stats: Stats };

export type ProgressStore = ReturnType<typeof createProgressStore>;

/** Every statement on `player_progress`; stars and level stand in `users`. */
export function createProgressStore(run: RunStatement) {
  return {
    /**
     * The stats of players, as they are committed: lock the players first where they are to be changed. Who has none is
     * missing.
     */
    async find(userIds: number[]): Promise<Map<number, StatsRow>> {
      const { rows } = await run<StatsRow & { user_id: number }>("find_progress", FIND, [userIds]);
      return byPlayer(rows);
    },

    /** The same of whom the ids mean now, who were given up among them. @returns by the ids of who was kept */
    async findMeant(ids: number[]): Promise<Map<number, StatsRow>> {
      const { rows } = await run<StatsRow & { user_id: number }>("find_progress_meant", FIND_MEANT, [ids]);
      return byPlayer(rows);
    },

    /** Forgets what players who are gone have won. */
    async deleteOf(userIds: number[]): Promise<void> {
      await run("delete_progress", DELETE_OF, [userIds]);
    },

    /** Gives players, who are locked, their progress. @returns the new versions by player */
    async write(players: (Progress & { userId: number })[]): Promise<Map<number, number>> {
      const changed = players.map(({ userId: user_id, ...progress }) => ({ user_id, ...progress }));
      const { rows } = await run<{ user_id: number; version: number }>("write_progress", WRITE, [
        JSON.stringify(changed),
      ]);
      return new Map(rows.map(({ user_id, version }) => [user_id, version]));
    },
  };
}

function byPlayer(rows: (StatsRow & { user_id: number })[]): Map<number, StatsRow> {
  return new Map(rows.map(({ user_id, version, stats }) => [user_id, { version, stats }]));
}
