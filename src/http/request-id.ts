import { randomUuidv7 } from "../uuidv7";

const SANE = /^[A-Za-z0-9._-]{1,64}$/;

/** The caller's `x-request-id` when it is a sane one, else a new UUIDv7. */
export function requestId(headers: Headers): string {
  const given = headers.get("x-request-id");
  return given && SANE.test(given) ? given : randomUuidv7(Date.now());
}
