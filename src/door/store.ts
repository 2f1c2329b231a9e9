import { CLOCK, type RunStatement } from "../db/statements";

/** What is asked of everybody who comes in. */
export type DoorRow = {
  maintenance: boolean;
  /** When it is to be over; null when nobody has said, or that was wrong. */
  until: Date | null;
  secondsLeft: number | null;
  message: string | null;
  /** The oldest version of the game that is let in; null for any. */
  minimum: string | null;
  /** Where there is a newer one. */
  url: string | null;
  /** Whether a game that does not tell its version is refused. */
  required: boolean;
};

/** Of a time that is over nothing is told: the maintenance takes longer. */
const READ = `
  SELECT d.maintenance, CASE WHEN d.maintenance_until > clock.now THEN d.maintenance_until END AS until,
    extract(epoch FROM d.maintenance_until - clock.now)::float8 AS "secondsLeft", d.maintenance_message AS message,
    d.client_minimum AS minimum, d.client_url AS url, d.client_required AS required
  FROM door AS d, ${CLOCK}`;

const SET_MAINTENANCE = `
  INSERT INTO door (id, maintenance, maintenance_until, maintenance_message)
  SELECT 1, $2, $3, $4 FROM ${CLOCK}
  ON CONFLICT (id) DO UPDATE SET maintenance = excluded.maintenance, maintenance_until = excluded.maintenance_until,
    maintenance_message = excluded.maintenance_message`;

const SET_CLIENT = `
  INSERT INTO door (id, client_minimum, client_url, client_required) SELECT 1, $2, $3, $4 FROM ${CLOCK}
  ON CONFLICT (id) DO UPDATE SET client_minimum = excluded.client_minimum, client_url = excluded.client_url,
    client_required = excluded.client_required`;

export type DoorStore = ReturnType<typeof createDoorStore>;

export type Maintenance = Pick<DoorRow, "maintenance" | "until" | "message">;
export type ClientVersion = Pick<DoorRow, "minimum" | "url" | "required">;

/** Every statement on `door`, which has one row, or none where everybody may come in. */
export function createDoorStore(run: RunStatement) {
  return {
    async read(): Promise<DoorRow | null> {
      return (await run<DoorRow>("read_door", READ)).rows[0] ?? null;
    },

    async setMaintenance({ maintenance, until, message }: Maintenance): Promise<void> {
      await run("set_maintenance", SET_MAINTENANCE, [maintenance, until, message]);
    },

    async setClientVersion({ minimum, url, required }: ClientVersion): Promise<void> {
      await run("set_client_version", SET_CLIENT, [minimum, url, required]);
    },
  };
}
