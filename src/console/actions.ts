import type { By } from "../audit/event";
import { ban } from "../bans/ban";
import { unban } from "../bans/unban";
import { ApiError } from "../errors";
import { addNote } from "../notes/add-note";
import { setRoles } from "../roles/set-roles";
import { endSessions } from "../studio/end-sessions";
import { mergePlayers } from "../studio/merge-players";
import { renamePlayer } from "../studio/rename-player";
import type { StudioDeps } from "../studio/studio-deps";
import { undoChange } from "../studio/undo-change";
import { BANS, type BanLength, banEnd } from "./ban-lengths";

/** Fields of a form, as far as they were filled in. */
export type Fields = Readonly<Record<string, string | undefined>>;

type Run = (deps: StudioDeps, userId: number, fields: Fields, by: By) => Promise<unknown>;

type Action = {
  /** On its button and above its form. */
  title: string;
  /** When it is done. */
  done: string;
  /** Whether it is done at once; what looks only, `view-as.ts` does. */
  run: Run | null;
};

/** The hidden fields' prefix of a role that is ticked: a form of ours has each field once. */
export const ROLE_FIELD = "role_";

/** What the console does to a player, by the last part of the form's path. */
export const ACTIONS = {
  note: {
    title: "Add a note",
    done: "The note is added.",
    run: (deps, id, f, by) => addNote(deps, id, f.text ?? "", by),
  },
  rename: {
    title: "Rename",
    done: "The player has another name.",
    run: (deps, id, f, by) => renamePlayer(deps, id, f.name ?? "", by),
  },
  ban: {
    title: "Ban",
    done: "The player is banned.",
    run: (deps, id, f, by) =>
      ban(deps, id, { reason: by.reason ?? "", until: banEnd(lengthOf(f.until), deps.clock.now()) }, by),
  },
  unban: { title: "End the ban", done: "The ban is over.", run: (deps, id, _f, by) => unban(deps, id, by) },
  sessions: {
    title: "Sign out everywhere",
    done: "The player is signed out everywhere.",
    run: (deps, id, _f, by) => endSessions(deps, id, by),
  },
  merge: {
    title: "Merge another player into this one",
    done: "The other player was merged into this one.",
    run: (deps, id, f, by) => mergePlayers(deps, id, otherPlayer(f.other), by),
  },
  roles: {
    title: "Set roles",
    done: "The roles are set.",
    run: (deps, id, f, by) => setRoles(deps, id, rolesIn(f), by),
  },
  undo: {
    title: "Take back",
    done: "It is taken back.",
    run: (deps, _id, f, by) => undoChange(deps, f.change ?? "", by),
  },
  "view-as": { title: "View as this player", done: "", run: null },
} as const satisfies Record<string, Action>;

export type ActionName = keyof typeof ACTIONS;

export function isAction(name: string): name is ActionName {
  return Object.hasOwn(ACTIONS, name);
}

/** In code points. */
const MAXIMUM_REASON = 500;

/** @throws {ApiError} validation_failed for none, or one of more than 500 characters */
export function reasonIn({ reason }: Fields): string {
  const given = reason?.trim() ?? "";
  const length = Array.from(given).length;
  if (length === 0 || length > MAXIMUM_REASON)
    throw new ApiError("validation_failed", { message: `A reason has 1 to ${MAXIMUM_REASON} characters.` });
  return given;
}

function lengthOf(until: string | undefined): BanLength {
  if (until === undefined || !Object.hasOwn(BANS, until))
    throw new ApiError("validation_failed", { message: "Say how long the ban lasts." });
  return until as BanLength;
}

function otherPlayer(id: string | undefined): number {
  if (!/^#?\d{1,10}$/.test(id ?? ""))
    throw new ApiError("validation_failed", { message: "Name the other player by id." });
  const other = Number((id as string).replace("#", ""));
  if (other > 2 ** 31 - 1)
    throw new ApiError("not_found", { message: `There is no player with the id ${other}.` });
  return other;
}

function rolesIn(fields: Fields): string[] {
  return Object.keys(fields)
    .filter((name) => name.startsWith(ROLE_FIELD))
    .map((name) => name.slice(ROLE_FIELD.length));
}
