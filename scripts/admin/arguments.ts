import { confirm, isCancel } from "@clack/prompts";
import { isUuid } from "../../src/session/uuidv7";
import type { Stores } from "../../src/stores";
import { findPlayers } from "../../src/studio/find-players";
import { nameKeys } from "../../src/users/skeleton";
import { COMMAND } from "./command";
import { Refusal } from "./with-stores";

export const json = { type: "boolean", description: "Print JSON.", default: false } as const;
export const yes = { type: "boolean", description: "Ask nothing.", default: false } as const;
export const reason = { type: "string", description: "Why; it stands in the audit." } as const;
export const player = {
  type: "positional",
  required: true,
  description: "A player's id, whole name, email, or provider:subject.",
} as const;

export function nobody(id: number): Refusal {
  return new Refusal(`There is no player with the id ${id}.`);
}

/**
 * The id of the one player whom somebody means. A name has to be whole.
 * @throws {Refusal} when it is nobody, or several
 */
export async function playerId(stores: Stores, given: string): Promise<number> {
  const id = /^#?(\d{1,10})$/.exec(given)?.[1];
  if (id !== undefined && Number(id) < 2 ** 31) return Number(id);
  const { players } = await findPlayers(stores, given);
  const isName = !/[@:]/.test(given);
  const { folded } = nameKeys(given);
  const meant = isName ? players.filter(({ name }) => nameKeys(name).folded === folded) : players;
  const [one] = meant;
  if (one && meant.length === 1) return one.id;
  throw new Refusal(
    meant.length === 0
      ? `Nobody is "${given}". "${COMMAND} find" finds players by less.`
      : `"${given}" is ${meant.length} players: ${meant.map((each) => each.id).join(", ")}. Give the id.`,
  );
}

const UNITS = { m: 60, h: 3_600, d: 86_400, w: 604_800 } as const;

/**
 * A moment, as ISO 8601 (with a day alone, its beginning in UTC), or as a time from now: 30m, 12h, 7d, 2w.
 * @throws {Refusal}
 */
export function momentOf(given: string, now: Date): Date {
  const [, count = "", unit = ""] = /^(\d{1,5})([mhdw])$/.exec(given) ?? [];
  if (unit) return new Date(now.getTime() + Number(count) * UNITS[unit as keyof typeof UNITS] * 1_000);
  const isIso = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/.test(given);
  const moment = new Date(isIso ? given : Number.NaN);
  if (Number.isNaN(moment.getTime()))
    throw new Refusal(`"${given}" is no time: 2026-12-24T18:00:00Z, or 12h, 7d, 2w from now.`);
  return moment;
}

/** @throws {Refusal} for what is not a whole number between these */
export function numberOf(given: string, minimum: number, maximum: number): number {
  const value = /^\d{1,6}$/.test(given) ? Number(given) : Number.NaN;
  if (!(value >= minimum && value <= maximum))
    throw new Refusal(`"${given}" is not a number from ${minimum} to ${maximum}.`);
  return value;
}

/** @throws {Refusal} for what is no id of a change or an event */
export function uuidOf(given: string): string {
  if (!isUuid(given)) throw new Refusal(`"${given}" is no id; "${COMMAND} show" has them.`);
  return given;
}

/**
 * Asks before something that hurts.
 * @throws {Refusal} after a no, and where nobody can be asked
 */
export async function requireYes(isGiven: boolean, question: string): Promise<void> {
  if (isGiven) return;
  if (!process.stdin.isTTY) throw new Refusal(`${question} Say --yes: here is nobody to ask.`);
  const answer = await confirm({ message: question, initialValue: false });
  if (isCancel(answer) || !answer) throw new Refusal("Nothing was changed.");
}
