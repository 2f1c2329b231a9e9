import type { Clock } from "../clock";
import { ApiError } from "../errors";
import { CLIENT_VERSION_HEADER, isOlder, isVersion } from "./client-version";
import type { DoorRow, DoorStore } from "./store";

/** How long a process goes by what it has read, in milliseconds: so long a change takes to be everywhere. */
const FRESH_MS = 5_000;

/** What `Retry-After` says where nobody knows, and at most, so that who waits sees an earlier end. In seconds. */
const RETRY_SECONDS = 60;
const LONGEST_RETRY_SECONDS = 300;

export type Door = {
  /**
   * Lets a sign-in or a refresh in. No session ends by a refusal.
   * @throws {ApiError} maintenance with `until`; client_outdated with `minimum` and `url`
   */
  admit(headers: Headers): Promise<void> | undefined;
};

type Known = { row: DoorRow | null; readAt: number };

/** The door as the database has it for all replicas, asked for once in five seconds and not for each request. */
export function createDoor({
  door,
  clock,
}: {
  door: Pick<DoorStore, "read">;
  clock: Pick<Clock, "monotonic">;
}): Door {
  let known: Known | null = null;
  let reading: Promise<Known> | null = null;

  const readOnce = () => {
    const readAt = clock.monotonic();
    reading ??= door
      .read()
      .then((row) => {
        known = { row, readAt };
        return known;
      })
      .finally(() => {
        reading = null;
      });
    return reading;
  };

  return {
    admit(headers) {
      const before = known;
      if (before && clock.monotonic() - before.readAt < FRESH_MS) {
        requireOpen(before, headers);
        return undefined;
      }
      // While the database does not answer, what was read before goes on.
      return (before ? readOnce().catch(() => before) : readOnce()).then((now) => requireOpen(now, headers));
    },
  };
}

function requireOpen({ row }: Known, headers: Headers): void {
  if (row?.maintenance) throw maintenance(row);
  if (row?.minimum && isTooOld(headers.get(CLIENT_VERSION_HEADER), row.minimum, row.required))
    throw new ApiError("client_outdated", { fields: { minimum: row.minimum, url: row.url } });
}

function maintenance({ message, until, secondsLeft }: DoorRow): ApiError {
  const seconds = until && secondsLeft !== null ? Math.ceil(secondsLeft) : RETRY_SECONDS;
  return new ApiError("maintenance", {
    ...(message !== null && { message }),
    fields: { until: until?.toISOString() ?? null },
    retryAfterSeconds: Math.max(1, Math.min(seconds, LONGEST_RETRY_SECONDS)),
  });
}

/** What is no version tells none. */
function isTooOld(version: string | null, minimum: string, required: boolean): boolean {
  return version !== null && isVersion(version) ? isOlder(version, minimum) : required;
}
