import type { Ban } from "../bans/banned";
import { MAXIMUM_STARS } from "../progress/progress";
import { RefusedRecord } from "./player";

/** The values of a record by name. Names differ in case and underscores only between what the same system writes. */
export class Fields {
  private readonly values = new Map<string, unknown>();

  constructor(entries: Iterable<readonly [name: string, value: unknown]>) {
    for (const [name, value] of entries) this.values.set(plain(name), value);
  }

  /** @throws {RefusedRecord} no_player for what is no object */
  static of(value: unknown): Fields {
    if (!isObject(value)) throw new RefusedRecord("no_player");
    return new Fields(Object.entries(value));
  }

  /** Null for what is not there, and for an empty text. */
  get(...names: string[]): unknown {
    for (const name of names) {
      const value = this.values.get(plain(name));
      if (value !== undefined && value !== null && value !== "") return value;
    }
    return null;
  }

  /** @throws {RefusedRecord} no_player for what is no text, or for one that PostgreSQL cannot keep not_utf8 */
  text(...names: string[]): string | null {
    const value = this.get(...names);
    if (value === null) return null;
    if (typeof value !== "string" && typeof value !== "number") throw new RefusedRecord("no_player");
    return keepable(String(value));
  }

  /** @throws {RefusedRecord} bad_email */
  email(...names: string[]): string | null {
    const email = this.text(...names)?.trim() ?? null;
    if (email !== null && !/^[^\s@]{1,64}@[^\s@]{1,255}$/u.test(email)) throw new RefusedRecord("bad_email");
    return email;
  }

  /** @throws {RefusedRecord} bad_boolean */
  flag(...names: string[]): boolean {
    const value = this.get(...names);
    const text = String(value ?? "false").toLowerCase();
    if (["true", "t", "yes", "1"].includes(text)) return true;
    if (["false", "f", "no", "0"].includes(text)) return false;
    throw new RefusedRecord("bad_boolean");
  }

  /** ISO 8601 with its offset, RFC 1123, or milliseconds since the epoch. @throws {RefusedRecord} bad_time */
  time(...names: string[]): Date | null {
    const value = this.get(...names);
    if (value === null) return null;
    const time = new Date(/^\d{10,15}$/.test(String(value)) ? Number(value) : zoned(String(value)));
    if (Number.isNaN(time.getTime())) throw new RefusedRecord("bad_time");
    return time;
  }

  /** Of stars and levels. @throws {RefusedRecord} bad_number */
  integer(fallback: number, ...names: string[]): number {
    const value = this.get(...names);
    if (value === null) return fallback;
    const number = typeof value === "string" ? Number(value.trim() || Number.NaN) : value;
    if (!Number.isInteger(number) || (number as number) < 0 || (number as number) > MAXIMUM_STARS)
      throw new RefusedRecord("bad_number");
    return number as number;
  }

  /** An array or object, or the text of one. @throws {RefusedRecord} unreadable */
  json(...names: string[]): unknown {
    const value = this.get(...names);
    if (typeof value !== "string") return value;
    try {
      return JSON.parse(value);
    } catch {
      throw new RefusedRecord("unreadable");
    }
  }

  /** The objects of an array, or of the text of one. */
  list(...names: string[]): Fields[] {
    const value = this.json(...names);
    return Array.isArray(value) ? value.filter(isObject).map(Fields.of) : [];
  }
}

/** A ban until a time; none for a time that is past. */
export function banUntil(until: Date | null, reason: string | null, now: Date): Ban | null {
  return until !== null && until > now ? { until, reason } : null;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** U+FFFD is what becomes of bytes that are no UTF-8. */
export function keepable(text: string): string {
  if (/[\0\uFFFD]/.test(text)) throw new RefusedRecord("not_utf8");
  return text.toWellFormed();
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
}

/**
 * A time as `psql` and JavaScript write it; what has no zone is no time, for nobody knows whose it is.
 * @throws {RefusedRecord} bad_time
 */
function zoned(text: string): string {
  const iso = text.replace(/^(\d{4}-\d\d-\d\d) (\d\d:)/, "$1T$2").replace(/([+-]\d\d)$/, "$1:00");
  if (!/(Z|[+-]\d\d:?\d\d|GMT)$/.test(iso)) throw new RefusedRecord("bad_time");
  return iso;
}
