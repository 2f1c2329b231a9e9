import type { Timepiece } from "../clock";
import type { Identity } from "../identity/provider";
import type { KeyRing } from "../session/keys";
import { createSealer, type Sealer } from "../session/sealer";

/** How long a player may think about which of two players to keep. */
const TICKET_SECONDS = 600;

/** An identity that the player `mine` has proven, and the player `theirs` who has it. */
export type Conflict = { identity: Identity; mine: number; theirs: number };

export type ConflictTickets = Sealer<Conflict>;

/** What a player brings back when they have chosen: the proof of the identity need not be given twice. */
export function createConflictTickets(ring: KeyRing, clock: Timepiece): ConflictTickets {
  return createSealer<Conflict>(ring, "conflict ticket", TICKET_SECONDS, clock);
}
