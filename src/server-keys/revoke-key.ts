import type { By } from "../audit/event";
import type { Timepiece } from "../clock";
import { isUuid, newUuidv7 } from "../session/uuidv7";
import type { Transact } from "../stores";
import type { ServerKeyRow } from "./store";

/** Ends a key at once; one that has been revoked stays so. @returns null where there is none of this id */
export async function revokeKey(
  { transact, clock }: { transact: Transact; clock: Timepiece },
  id: string,
  by: By,
): Promise<ServerKeyRow | null> {
  if (!isUuid(id)) return null;
  return transact(async ({ serverKeys, audit }) => {
    const revoked = await serverKeys.revoke(id);
    if (!revoked) return null;
    const { isNew, ...row } = revoked;
    const { name, scopes, server } = row;
    const before = { key: id, name, scopes, ...(server !== null && { server }) };
    if (isNew) await audit.append(newUuidv7(clock), { action: "key_revoke", userId: null, before, ...by });
    return row;
  });
}
