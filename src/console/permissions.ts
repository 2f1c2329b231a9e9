import { staffRole } from "../roles/role";
import type { DescribedPlayer } from "../studio/describe-player";
import type { FoundPlayer } from "../studio/found-player";
import type { ActionName } from "./actions";
import { BANS, type BanLength } from "./ban-lengths";
import type { Staff } from "./staff";

/** What a moderator may do; an admin may do all. */
const MODERATORS: readonly ActionName[] = ["note", "rename", "ban", "unban", "sessions", "undo"];

/** What a moderator may take back. */
const MODERATORS_UNDO = ["rename", "ban", "unban", "end_sessions", "note"];

/** What an admin does to others alone, so that no one can lock themselves out by mistake. */
const NOT_TO_ONESELF: readonly ActionName[] = ["ban", "merge", "roles"];

/** What is asked for a fresh sign-in, whoever does it. */
const HURTS: readonly ActionName[] = ["merge", "roles", "sessions", "view-as"];

/** The longest ban that a moderator may give or end, in milliseconds. */
const MODERATORS_BAN_MS = 30 * 86_400_000;

/** The change that would be taken back. */
export type Change = DescribedPlayer["changes"][number];

/** What is to be done, and to whom. */
export type Intent = {
  action: ActionName;
  player: FoundPlayer;
  until?: string | undefined;
  change?: Change | undefined;
};

/** @returns why somebody of the studio may not do this, in one sentence; null when they may */
export function whyNot({ role, user }: Staff, { action, player, until, change }: Intent): string | null {
  if (player.id === user.id && NOT_TO_ONESELF.includes(action)) return "You cannot do this to yourself.";
  if (role === "admin") return null;
  if (!MODERATORS.includes(action)) return "Only an admin may do this.";
  if (action !== "note" && player.id !== user.id && staffRole(player.roles) !== null)
    return "Only an admin may do this to one of the studio's people.";
  if (action === "ban" && !isShort(until)) return "A moderator bans for 30 days at most.";
  if (
    (action === "ban" || action === "unban") &&
    player.ban &&
    !isModerators(player.ban.since, player.ban.until)
  )
    return "Only an admin may change a ban that is longer than 30 days.";
  if (action === "undo" && change && !mayUndo(change)) return "Only an admin may take this back.";
  return null;
}

/** Whether it is done only by whoever has just signed in. */
export function isGrave(action: ActionName, until: string | undefined): boolean {
  return HURTS.includes(action) || (action === "ban" && until === "good");
}

function isShort(until: string | undefined): boolean {
  const days = BANS[until as BanLength]?.days;
  return typeof days === "number" && days * 86_400_000 <= MODERATORS_BAN_MS;
}

function isModerators(since: string | null, until: string | null): boolean {
  if (since === null || until === null) return false;
  return Date.parse(until) - Date.parse(since) <= MODERATORS_BAN_MS;
}

/** Taking a ban back, or its end, is giving or ending the one that there was. */
function mayUndo({ kind, before, after, created_at: since }: Change): boolean {
  if (!MODERATORS_UNDO.includes(kind)) return false;
  if (kind !== "ban" && kind !== "unban") return true;
  return [before, after].every((ban) => !ban || isModerators(since, (ban.until as string | null) ?? null));
}
