/** As much of a player as somebody needs to choose between two. */
export interface PlayerSummary {
  readonly name: string;
  /** An `https:` URL, an avatar key, or null. */
  readonly picture: string | null;
  readonly level: number;
  readonly stars: number;
  /** Whether a guest's key is their only way in. */
  readonly guest: boolean;
  readonly createdAt: Date;
  readonly lastLogin: Date;
}

/** An account that is another player's way in. Nothing has happened: the player chooses who goes on. */
export interface IdentityConflict {
  /** The player who is signed in. */
  readonly mine: PlayerSummary;
  /** The player whose the account is. */
  readonly theirs: PlayerSummary;
  /** For `resolveConflict()`, ten minutes long, and of no use without the session of the player who got it. */
  readonly ticket: string;
}

interface SummaryAnswer extends Omit<PlayerSummary, "createdAt" | "lastLogin"> {
  readonly created_at: string;
  readonly last_login: string;
}

/** The conflict that an answer tells of, without unknown fields. */
export function parseConflict({
  ticket,
  mine,
  theirs,
}: Record<keyof IdentityConflict, unknown>): IdentityConflict {
  return { ticket: String(ticket), mine: parseSummary(mine), theirs: parseSummary(theirs) };
}

function parseSummary(answer: unknown): PlayerSummary {
  const { created_at, last_login, ...summary } = answer as SummaryAnswer;
  return { ...summary, createdAt: new Date(created_at), lastLogin: new Date(last_login) };
}
