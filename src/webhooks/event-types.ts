import type { AuditAction } from "../audit/event";

/** What an endpoint may be told of, each with a phrase for people. A name is for ever. */
export const EVENT_TYPES = {
  "player.created": "somebody has signed in for the first time",
  "player.renamed": "a player has another name",
  "player.linked": "a player has one more way in",
  "player.unlinked": "a player has a way in less",
  "player.merged": "another player was merged into this one",
  "player.change_undone": "a link, an unlink, a merge or what the studio did was taken back",
  "player.banned": "the studio has banned a player",
  "player.unbanned": "and has let them in again",
  "player.sessions_ended": "the studio has signed a player out",
  "player.roles_changed": "a player has other roles",
  "player.deletion_requested": "a player is leaving, and may come back for a while",
  "player.restored": "and has come back",
  "player.purged": "a player is gone for good; so is a guest who never came back",
} as const;

export type EventType = keyof typeof EVENT_TYPES;

/** Of what the audit notes, what the studio's servers are told. What is not here stays between the studio's people. */
const OF_ACTION: Readonly<Record<string, EventType>> = {
  rename: "player.renamed",
  link: "player.linked",
  unlink: "player.unlinked",
  merge: "player.merged",
  undo: "player.change_undone",
  ban: "player.banned",
  unban: "player.unbanned",
  end_sessions: "player.sessions_ended",
  roles: "player.roles_changed",
  delete: "player.deletion_requested",
  restore: "player.restored",
  purge: "player.purged",
};

/** Actions of the audit that nobody is told of: of no player, or between the studio's people and the player. */
export const UNTOLD_ACTIONS: readonly string[] = [
  "note",
  "transfer",
  "view_as",
  "export",
  "key_create",
  "key_revoke",
  "signing_key_rotate",
  "webhook_add",
  "webhook_remove",
  "webhook_disable",
  "webhook_enable",
  "webhook_replay",
  "terms",
  "age_band",
  "guardian_consent",
  "maintenance",
  "client_version",
  "import_players",
  "export_players",
];

/** @returns null for an action that nobody is told of */
export function eventTypeOf(action: AuditAction): EventType | null {
  return OF_ACTION[action] ?? null;
}

export function isEventType(type: string): type is EventType {
  return Object.hasOwn(EVENT_TYPES, type);
}
