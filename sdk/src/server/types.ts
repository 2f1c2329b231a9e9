/** What everybody may know of a player. */
export interface PublicProfile {
  id: number;
  name: string;
  picture: string | null;
  stars: number;
  level: number;
}

/** Integers by name, as `game.stats` of the account server's `config.yml` has them. */
export type Stats = Readonly<Record<string, number>>;

/** Who joins with a ticket. */
export interface JoinedPlayer {
  user: PublicProfile;
  stats: Stats;
  /** Of the progress, for {@link UpdateOptions.ifVersion}. */
  version: number;
}

/** Stars and levels to add, less than 0 to take away; each stat joins by its rule: `max`, `sum` or `last`. */
export interface ProgressChanges {
  stars?: number | undefined;
  level?: number | undefined;
  stats?: Stats | undefined;
}

/** What a match was worth to a player. */
export interface MatchChanges {
  id: number;
  changes: ProgressChanges;
}

export interface PlayerProgress {
  /** The player, or whoever was kept when they were merged. */
  id: number;
  stars: number;
  level: number;
  stats: Stats;
  /** Grows with every change. */
  version: number;
}
