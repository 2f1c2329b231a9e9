import type { Timepiece } from "../clock";
import { randomUuidv7 } from "../uuidv7";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Whether a text is a UUID as ours are written, which a column of them takes. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** The least UUIDv7 of a moment: every one made before it sorts lower (RFC 9562 §5.7). */
export function uuidv7Floor(time: Date): string {
  const hex = time.getTime().toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}

/** When a UUIDv7 was made, to the millisecond (RFC 9562 §5.7). */
export function uuidv7Time(id: string): Date {
  return new Date(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16));
}

/** A new id that sorts behind those made before it. */
export function newUuidv7(clock: Timepiece): string {
  return randomUuidv7(clock.now().getTime());
}
