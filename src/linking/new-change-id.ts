import type { Timepiece } from "../clock";

/** A UUIDv7: changes are listed in the order of their ids. */
export function newChangeId(clock: Timepiece): string {
  return Bun.randomUUIDv7("hex", clock.now());
}
