import type { BannedIdentityJson } from "../bans/store";
import { CLOCK, type RunStatement, seconds } from "../db/statements";
import type { IdentityJson } from "../identity/store";
import type { ConsentJson } from "../oauth/store";
import type { Progress } from "../progress/progress";
import type { BanState, NameState } from "../users/store";

/** For how long a change can be taken back. */
export const UNDO_SECONDS = 30 * 86_400;

/** As a merge notes it. One of the release before knew no stats. */
export type NotedProgress = Omit<Progress, "stats"> & Partial<Pick<Progress, "stats">>;

/** What was changed, as taking it back needs it. */
export type ChangeDetails =
  | { kind: "link"; provider: string; subject: string }
  | { kind: "unlink"; identities: IdentityJson[] }
  | {
      kind: "merge";
      /** The player who was given up, and their identities as they were. */
      givenUp: number;
      identities: IdentityJson[];
      /** Of the one who was kept, before and after. */
      before: NotedProgress;
      after: NotedProgress;
      /** Sessions of the one given up that were ended, and the one that went over. */
      endedSessions: string[];
      movedSession: string | null;
      /** Players who had been merged into the one given up. */
      earlier: number[];
      /** What clients may know of the one who was kept since; absent in a change of the release before. */
      consents?: ConsentJson[];
    }
  | { kind: "rename"; before: NameState; after: NameState }
  | {
      kind: "ban" | "unban";
      before: BanState;
      after: BanState;
      /** What was kept of the player's identities before. */
      bannedIdentities: BannedIdentityJson[];
    }
  | { kind: "end_sessions"; endedSessions: string[] }
  | { kind: "roles"; before: string[]; after: string[] }
  | { kind: "note"; noteId: string }
  | {
      kind: "delete";
      /** Until when the player may come back, ISO 8601. */
      deletesAt: string;
      /** The session that asked for it, which is among those that it ended. */
      askingSession: string | null;
      endedSessions: string[];
    };

/** What a player may list and take back themselves; the rest is the studio's. */
export const PLAYERS_OWN = ["link", "unlink", "merge", "delete"] as const satisfies ChangeDetails["kind"][];

/** What {@link AccountChangeStore.pendingDeletion} finds. */
export type Deletion = Extract<AccountChange, { kind: "delete" }>;

export type AccountChange = {
  id: string;
  userId: number;
  createdAt: Date;
  undoneAt: Date | null;
} & ChangeDetails;

type ChangeRow = {
  id: string;
  user_id: number;
  kind: ChangeDetails["kind"];
  details: object;
  created_at: Date;
  undone_at: Date | null;
};

const PUT = `
  INSERT INTO account_changes (id, user_id, kind, details, created_at)
  SELECT $2, $3, $4, $5::jsonb, clock.now FROM ${CLOCK}`;

const RECENT = `
  SELECT c.* FROM account_changes AS c, ${CLOCK} WHERE c.created_at > clock.now - ${seconds("$2")}`;

const LIST = `${RECENT} AND c.user_id = $3 AND ($4::text[] IS NULL OR c.kind = ANY($4)) ORDER BY c.id DESC LIMIT 100`;

const FIND = `${RECENT} AND c.id = $3 FOR UPDATE OF c`;

const PENDING_DELETION = `
  SELECT c.* FROM account_changes AS c, ${CLOCK}
  WHERE c.user_id = $2 AND c.kind = 'delete' AND c.undone_at IS NULL ORDER BY c.id DESC LIMIT 1`;

/** Of merges that were taken back as well, which have the ways in of the one who was given up. */
const DELETE_OF = `
  DELETE FROM account_changes AS c USING ${CLOCK}
  WHERE c.user_id = ANY($2) OR (c.kind = 'merge' AND (c.details ->> 'givenUp')::int = ANY($2))`;

const MARK_UNDONE = `UPDATE account_changes AS c SET undone_at = clock.now FROM ${CLOCK} WHERE c.id = $2`;

const DELETE_OLD = `
  DELETE FROM account_changes WHERE id IN (
    SELECT c.id FROM account_changes AS c, ${CLOCK}
    WHERE c.created_at < clock.now - ${seconds("$2")} AND (c.kind <> 'delete' OR c.undone_at IS NOT NULL) LIMIT $3
    FOR UPDATE OF c SKIP LOCKED)`;

export type AccountChangeStore = ReturnType<typeof createAccountChangeStore>;

/** Every statement on `account_changes`. */
export function createAccountChangeStore(run: RunStatement) {
  return {
    async put(id: string, userId: number, { kind, ...details }: ChangeDetails): Promise<void> {
      await run("put_account_change", PUT, [id, userId, kind, JSON.stringify(details)]);
    },

    /**
     * The last hundred changes to a player that can be taken back or have been, the latest first.
     * @param kinds which of them; null: all
     */
    async list(userId: number, kinds: readonly ChangeDetails["kind"][] | null): Promise<AccountChange[]> {
      const { rows } = await run<ChangeRow>("list_account_changes", LIST, [UNDO_SECONDS, userId, kinds]);
      return rows.map(toChange);
    },

    /** A change, locked; null when there is none, or it is too old. */
    async find(id: string): Promise<AccountChange | null> {
      const { rows } = await run<ChangeRow>("find_account_change", FIND, [UNDO_SECONDS, id]);
      return rows[0] ? toChange(rows[0]) : null;
    },

    /** The deletion that a player waits for; null when there is none. */
    async pendingDeletion(userId: number): Promise<Deletion | null> {
      const { rows } = await run<ChangeRow>("pending_deletion", PENDING_DELETION, [userId]);
      return rows[0] ? (toChange(rows[0]) as Deletion) : null;
    },

    /** Forgets all changes of players who are gone. */
    async deleteOf(userIds: number[]): Promise<void> {
      await run("delete_account_changes_of", DELETE_OF, [userIds]);
    },

    async markUndone(id: string): Promise<void> {
      await run("mark_account_change_undone", MARK_UNDONE, [id]);
    },

    /**
     * Deletes up to so many changes that nobody can take back any more.
     * @returns how many
     */
    async deleteOld(limit: number): Promise<number> {
      return (await run("delete_old_account_changes", DELETE_OLD, [UNDO_SECONDS, limit])).rowCount;
    },
  };
}

function toChange({ id, user_id, kind, details, created_at, undone_at }: ChangeRow): AccountChange {
  const change = { ...details, kind } as ChangeDetails;
  return { id, userId: user_id, createdAt: created_at, undoneAt: undone_at, ...change };
}
