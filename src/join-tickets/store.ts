import { SPENT } from "../authorization/store";
import { isAllowed } from "../bans/banned";
import type { SecurityConfig } from "../config/config";
import { CLOCK, type RunStatement, seconds } from "../db/statements";
import type { Stats } from "../progress/stats";
import { STATS_COLUMNS } from "../progress/store";
import { sha256 } from "../sha256";
import { PUBLIC_COLUMNS, type PublicProfileRow } from "../users/store";

/** Rows of `spent_proofs` outlive their tickets, whatever the clocks of two replicas say. */
const KEPT_SECONDS = 3_600;

/** Nothing is spent for a player whose session has ended, who is banned, or who was given up for another. */
const REDEEM = `
  WITH alive AS (
    SELECT u.* FROM refresh_tokens AS s JOIN users AS u ON u.id = s.user_id, ${CLOCK}
    WHERE s.id = $2 AND s.user_id = $3 AND s.revoked_at IS NULL AND s.created_at > clock.now - ${seconds("$4")}
      AND ${isAllowed("u")} AND u.merged_into IS NULL
  ), ${SPENT("$5", seconds("$6"), "alive")}
  SELECT ${PUBLIC_COLUMNS}, ${STATS_COLUMNS}
  FROM alive AS u CROSS JOIN spent LEFT JOIN player_progress AS p ON p.user_id = u.id`;

/** Who joins, as a game server may know them. */
export type JoinedPlayer = { user: PublicProfileRow; stats: Stats; version: number };

export type JoinTicketStore = ReturnType<typeof createJoinTicketStore>;

/** The statement that redeems a ticket, made of parts of the stores whose tables it is about. */
export function createJoinTicketStore(
  run: RunStatement,
  { sessionMaxSeconds }: Pick<SecurityConfig, "sessionMaxSeconds">,
) {
  return {
    /**
     * Spends a ticket.
     * @param ticket `id` is its own
     * @returns whose it is; null when it has served, or its player may not play any more
     */
    async redeem({
      id,
      sessionId,
      userId,
    }: {
      id: string;
      sessionId: string;
      userId: number;
    }): Promise<JoinedPlayer | null> {
      const values = [sessionId, userId, sessionMaxSeconds, sha256(`join ${id}`), KEPT_SECONDS];
      const { rows } = await run<PublicProfileRow & { stats: Stats; version: number }>(
        "redeem_join_ticket",
        REDEEM,
        values,
      );
      if (!rows[0]) return null;
      const { stats, version, ...user } = rows[0];
      return { user, stats, version };
    },
  };
}
