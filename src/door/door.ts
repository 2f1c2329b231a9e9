import type { Clock } from "../clock";
import { ApiError } from "../errors";
import { staffRole } from "../roles/role";
import type { UserStore } from "../users/store";
import { CLIENT_VERSION_HEADER, isOlder, isVersion } from "./client-version";
import type { DoorRow, DoorStore } from "./store";

/** How long a process goes by what it has read, in milliseconds: so long a change takes to be everywhere. */
const FRESH_MS = 5_000;

/** What `Retry-After` says where nobody knows, and at most, so that who waits sees an earlier end. In seconds. */
const RETRY_SECONDS = 60;
const LONGEST_RETRY_SECONDS = 300;

/** The id of the player whom a request would let in, found out without spending or changing anything; null for nobody. */
export type WhoComes = () => Promise<number | null>;

export type Door = {
  /**
   * Lets a sign-in or a refresh in. No session ends by a refusal.
   * @param whoComes asked during a maintenance alone, which the studio's own people pass. What it throws passes nobody
   * @throws {ApiError} maintenance with `until`; client_outdated with `minimum` and `url`
   */
  admit(headers: Headers, whoComes: WhoComes): Promise<void> | undefined;
};

type Known = { row: DoorRow | null; readAt: number };

/** The door as the database has it for all replicas, asked for once in five seconds and not for each request. */
export function createDoor({
  door,
  users,
  clock,
}: {
  door: Pick<DoorStore, "read">;
  users: Pick<UserStore, "find">;
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

  const isStaff = async (whoComes: WhoComes): Promise<boolean> => {
    try {
      const id = await whoComes();
      const user = id === null ? null : await users.find(id);
      return user !== null && !user.is_banned && staffRole(user.roles.split(",")) !== null;
    } catch {
      // A proof that does not hold, a provider or database that does not answer: to whoever it is, it is a maintenance.
      return false;
    }
  };

  const pass = ({ row }: Known, headers: Headers, whoComes: WhoComes): Promise<void> | undefined => {
    if (!row?.maintenance) {
      requireVersion(row, headers);
      return undefined;
    }
    return isStaff(whoComes).then((mayPass) => {
      if (!mayPass) throw maintenance(row);
      requireVersion(row, headers);
    });
  };

  return {
    admit(headers, whoComes) {
      const before = known;
      if (before && clock.monotonic() - before.readAt < FRESH_MS) return pass(before, headers, whoComes);
      // While the database does not answer, what was read before goes on.
      const reading = before ? readOnce().catch(() => before) : readOnce();
      return reading.then((now) => pass(now, headers, whoComes));
    },
  };
}

function requireVersion(row: DoorRow | null, headers: Headers): void {
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
