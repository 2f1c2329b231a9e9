import type { Ban } from "../bans/banned";
import type { Stats } from "../progress/stats";

/** A way in, as a file tells it. */
export type FileIdentity = {
  provider: string;
  subject: string;
  email: string | null;
  emailVerified: boolean;
  name: string | null;
};

/** What a file says of a player; null where it says nothing. */
export type FilePlayer = {
  /** That the player had at a server of this kind. */
  id: number | null;
  identities: FileIdentity[];
  name: string | null;
  email: string | null;
  emailVerified: boolean;
  picture: string | null;
  stars: number;
  level: number;
  stats: Stats;
  roles: string[];
  ban: Ban | null;
  createdAt: Date | null;
  lastLogin: Date | null;
};

/** A player of a file, and what of them has no place here, each by a word for the report: `facebook`, `password`. */
export type ReadPlayer = { player: FilePlayer; leftOut: string[] };

/** A player of whom nothing is known. */
export const NOBODY: FilePlayer = {
  id: null,
  identities: [],
  name: null,
  email: null,
  emailVerified: false,
  picture: null,
  stars: 0,
  level: 1,
  stats: {},
  roles: [],
  ban: null,
  createdAt: null,
  lastLogin: null,
};

/** Why a record of a file is refused, by stable code. */
export const REFUSALS = {
  unreadable: "it cannot be read",
  not_utf8: "it is not in UTF-8, or has a NUL in it",
  no_player: "it is no player of this format",
  bad_identity: "a way in is no provider:subject, or none that the provider has",
  bad_email: "the email is none",
  bad_time: "a time is none",
  bad_number: "a number is none, or out of range",
  bad_boolean: "a yes or no is neither",
  bad_role: "there is no such role here (roles.names)",
  bad_stat: "there is no such stat here (game.stats), or it is no integer",
  two_players: "its ways in are those of two players here",
  id_taken: "its id is another player's here",
  banned: "one of its ways in is banned here",
} as const;

export type RefusalReason = keyof typeof REFUSALS;

/** A record that becomes no player. The message repeats nothing of the file. */
export class RefusedRecord extends Error {
  override name = "RefusedRecord";

  constructor(readonly reason: RefusalReason) {
    super(REFUSALS[reason]);
  }
}
