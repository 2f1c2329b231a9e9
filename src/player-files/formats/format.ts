import type { StatRules } from "../../progress/stats";
import type { Fields } from "../fields";
import type { ReadPlayer } from "../player";

/** What a reader has to know of this server. */
export type FormatWorld = {
  statRules: StatRules;
  /** Beside those of every game. */
  roles: readonly string[];
  /** Ids of the providers that somebody can sign in with here, or could once they are set up. */
  providers: readonly string[];
  now: Date;
};

/** A kind of file with players in it. */
export type Format = {
  /**
   * The provider under which the other system's own id of a player is kept, so that support finds them by it and a second
   * import knows them; null where the files are of a server of this kind.
   */
  ownId: string | null;
  /** Where the players are in one JSON object that has all of them (as in `$.users.*`), by the member that it begins with. */
  wrappers: Readonly<Record<string, string>>;
  /** The columns of a CSV file without a line of headings, in their order; null where there is that line. */
  columns: readonly string[] | null;
  /** What a cell of CSV says. */
  cell?(text: string): string;
  /** Of headings, those that nothing here knows. */
  unknownColumns?(headings: readonly string[], world: FormatWorld): string[];
  /**
   * @returns null for what is no player, and nothing to tell of
   * @throws {RefusedRecord}
   */
  read(record: Fields, world: FormatWorld): ReadPlayer | null;
};
