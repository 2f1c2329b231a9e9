import type { AuditEventRow } from "../audit/store";
import { ApiError } from "../errors";
import type { IdentityRow } from "../identity/store";
import { undoTimes } from "../linking/list-changes";
import { statesOf } from "../linking/record";
import type { AccountChange } from "../linking/store";
import type { NoteRow } from "../notes/store";
import type { SessionRow } from "../session/store";
import type { Stores } from "../stores";
import { foundPlayer } from "./found-player";

const NOTES = 100;
const EVENTS = 50;

/**
 * Everything that is known of a player, for the studio's people: who they are, their ways in and devices, notes, what was
 * done to them and what of it can be taken back, and who was merged into them. Lists have the latest first, times are ISO
 * 8601, UTC. No token, and nothing that makes one.
 * @throws {ApiError} not_found
 */
export async function describePlayer(stores: Stores, userId: number) {
  const { accountChanges, audit, identities, notes, sessions, users } = stores;
  const player = await users.find(userId);
  if (!player) throw new ApiError("not_found", { message: `There is no player with the id ${userId}.` });
  const [waysIn, devices, written, changes, events, merged] = await Promise.all([
    identities.list(userId),
    sessions.list(userId),
    notes.list(userId, NOTES),
    accountChanges.list(userId, null),
    audit.listOfPlayer(userId, null, null, EVENTS),
    users.findMergedInto(userId),
  ]);
  return {
    player: foundPlayer(player),
    identities: waysIn.map(identityShown),
    sessions: devices.map(sessionShown),
    notes: written.map(noteShown),
    changes: changes.map(changeShown),
    events: events.map(eventShown),
    merged: merged.map(({ id, name }) => ({ id, name })),
  };
}

export type DescribedPlayer = Awaited<ReturnType<typeof describePlayer>>;

function identityShown({ provider, subject, name, email, linkedAt, lastUsedAt }: IdentityRow) {
  const times = { linked_at: linkedAt.toISOString(), last_used_at: lastUsedAt.toISOString() };
  return { provider, subject, name, email, ...times };
}

function sessionShown({ id, device, ip, createdAt, rotatedAt }: SessionRow) {
  return { id, device, ip, created_at: createdAt.toISOString(), last_used_at: rotatedAt.toISOString() };
}

function noteShown({ id, authorKind, authorId, text, createdAt }: NoteRow) {
  return { id, by: { kind: authorKind, id: authorId }, text, created_at: createdAt.toISOString() };
}

/** A change that can be taken back, or has been. */
export function changeShown(change: AccountChange) {
  const { before = null, after = null } = statesOf(change);
  return { id: change.id, kind: change.kind, before, after, ...undoTimes(change) };
}

/** What was done, by whom and why. */
export function eventShown(row: AuditEventRow) {
  const { id, user_id, action, actor_kind, actor_id, before, after, reason, request_id, created_at } = row;
  const by = { kind: actor_kind, id: actor_id };
  return { id, user_id, action, by, before, after, reason, request_id, created_at: created_at.toISOString() };
}
