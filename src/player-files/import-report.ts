import type { RenameReason } from "../adoption/names";
import type { BatchPlan } from "./plan-batch";
import type { FilePlayer, RefusalReason } from "./player";

/** A report shows so many of what it shows one by one; it counts all. */
const SHOWN = 1_000;

/** So much of what a file says, in UTF-16 units. */
const LONGEST_SHOWN = 128;

/** What an import did, or would do. */
export type ImportReport = {
  /** Whether it was done. */
  applied: boolean;
  /** Of all files, those included that are refused. */
  records: number;
  newPlayers: number;
  /** Records of players who are here already, or before in the files. */
  alreadyHere: number;
  /** Ways in that players who are here already get. */
  linked: number;
  /** Records of players who could not sign in here, and are left out. */
  withoutWayIn: number;
  renamed: {
    count: number;
    byReason: Partial<Record<RenameReason, number>>;
    shown: { at: string; from: string; to: string; reason: RenameReason }[];
  };
  /** New players of whom the files tell no name. */
  namesInvented: number;
  picturesDropped: number;
  /** New players who are more than `player`. */
  withRoles: number;
  banned: number;
  /** Ways in of new players, by provider. */
  waysIn: Record<string, number>;
  /** Of these, providers that are not set up here. */
  notSetUp: string[];
  /** What the files have and there is no place for here, by a word for it. */
  leftOut: Record<string, number>;
  /** Headings of CSV that nothing here knows. */
  unknownColumns: string[];
  refused: {
    count: number;
    byReason: Partial<Record<RefusalReason, number>>;
    shown: { at: string; reason: RefusalReason }[];
  };
};

/** Counts what comes of an import's records, in a space that does not grow with them. */
export class Tally {
  readonly report: ImportReport = {
    applied: false,
    records: 0,
    newPlayers: 0,
    alreadyHere: 0,
    linked: 0,
    withoutWayIn: 0,
    renamed: { count: 0, byReason: {}, shown: [] },
    namesInvented: 0,
    picturesDropped: 0,
    withRoles: 0,
    banned: 0,
    waysIn: {},
    notSetUp: [],
    leftOut: {},
    unknownColumns: [],
    refused: { count: 0, byReason: {}, shown: [] },
  };

  record(): void {
    this.report.records += 1;
  }

  refuse(at: string, reason: RefusalReason): void {
    const { refused } = this.report;
    refused.count += 1;
    add(refused.byReason, reason);
    if (refused.shown.length < SHOWN) refused.shown.push({ at, reason });
  }

  leaveOut(things: string[]): void {
    for (const thing of things) add(this.report.leftOut, thing);
  }

  withoutWayIn(): void {
    this.report.withoutWayIn += 1;
  }

  headings(unknown: string[]): void {
    const { unknownColumns } = this.report;
    for (const heading of unknown)
      if (!unknownColumns.includes(heading) && unknownColumns.length < SHOWN) unknownColumns.push(heading);
  }

  batch({ newPlayers, here, links, refused }: BatchPlan): void {
    const { report } = this;
    report.newPlayers += newPlayers.length;
    report.alreadyHere += here;
    report.linked += links.length;
    for (const { at, reason } of refused) this.refuse(at, reason);
    for (const { at, player, identities, picture, username, renamed } of newPlayers) {
      if (player.name === null) report.namesInvented += 1;
      else if (renamed !== null) this.rename({ at, from: player.name, to: username.name, reason: renamed });
      if (picture !== player.picture) report.picturesDropped += 1;
      if (isMoreThanPlayer(player)) report.withRoles += 1;
      if (player.ban !== null) report.banned += 1;
      for (const { provider } of identities) add(report.waysIn, provider);
    }
  }

  private rename(renamed: ImportReport["renamed"]["shown"][number]): void {
    const { count, byReason, shown } = this.report.renamed;
    this.report.renamed.count = count + 1;
    add(byReason, renamed.reason);
    if (shown.length < SHOWN) shown.push({ ...renamed, from: shortened(renamed.from) });
  }
}

function isMoreThanPlayer({ roles }: FilePlayer): boolean {
  return roles.some((role) => role !== "player");
}

/** A file may have as many different words as it likes: what is one too many is counted as others. */
function add(counts: Partial<Record<string, number>>, text: string): void {
  const word = shortened(text);
  const key = Object.hasOwn(counts, word) || Object.keys(counts).length < SHOWN ? word : "others";
  counts[key] = (counts[key] ?? 0) + 1;
}

function shortened(text: string): string {
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}
