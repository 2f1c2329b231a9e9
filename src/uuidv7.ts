import { randomFillSync } from "node:crypto";

/** Drawn at once: most ids then cost no call into the system. */
const random = Buffer.alloc(4_096);
let drawnAt = random.length;

let lastMs = -1;
let counter = 0;

/**
 * A new UUIDv7 (RFC 9562 §5.7). Those of one millisecond sort as they were made: `rand_a` counts (§6.2, method 1), from
 * a start of eleven random bits.
 * @param ms milliseconds since 1970
 */
export function randomUuidv7(ms: number): string {
  const at = take(8);
  if (ms === lastMs) counter = (counter + 1) & 0xfff;
  else counter = random.readUInt16BE(take(2)) & 0x7ff;
  lastMs = ms;
  random[at] = 0x80 | ((random[at] ?? 0) & 0x3f);
  const time = ms.toString(16).padStart(12, "0");
  const rest = random.toString("hex", at, at + 8);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${counter.toString(16).padStart(3, "0")}-${rest.slice(0, 4)}-${rest.slice(4)}`;
}

/** @returns where as many fresh random bytes begin */
function take(bytes: number): number {
  if (drawnAt + bytes > random.length) {
    randomFillSync(random);
    drawnAt = 0;
  }
  drawnAt += bytes;
  return drawnAt - bytes;
}
