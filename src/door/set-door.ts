import type { By } from "../audit/event";
import type { Timepiece } from "../clock";
import { newUuidv7 } from "../session/uuidv7";
import type { Stores } from "../stores";
import type { ClientVersion, DoorRow, Maintenance } from "./store";

type DoorStores = Pick<Stores, "audit" | "door">;

/** Begins or ends a maintenance, in a transaction. @param by who did it */
export async function setMaintenance(
  { audit, door }: DoorStores,
  clock: Timepiece,
  maintenance: Maintenance,
  by: By,
): Promise<void> {
  const before = maintenanceOf(await door.read());
  await door.setMaintenance(maintenance);
  const after = { ...maintenance, until: maintenance.until?.toISOString() ?? null };
  await audit.append(newUuidv7(clock), { action: "maintenance", userId: null, before, after, ...by });
}

/** Sets which versions of the game are let in, in a transaction. @param by who did it */
export async function setClientVersion(
  { audit, door }: DoorStores,
  clock: Timepiece,
  version: ClientVersion,
  by: By,
): Promise<void> {
  const row = await door.read();
  const before = { minimum: row?.minimum ?? null, url: row?.url ?? null, required: row?.required ?? false };
  await door.setClientVersion(version);
  await audit.append(newUuidv7(clock), {
    action: "client_version",
    userId: null,
    before,
    after: { ...version },
    ...by,
  });
}

function maintenanceOf(row: DoorRow | null) {
  return {
    maintenance: row?.maintenance ?? false,
    until: row?.until?.toISOString() ?? null,
    message: row?.message ?? null,
  };
}
