import type { By } from "../audit/event";
import type { Timepiece } from "../clock";
import { newUuidv7 } from "../session/uuidv7";
import type { Transact } from "../stores";
import { newServerKey, type ServerKeyScope } from "./server-key";
import type { ServerKeyRow } from "./store";

/** Makes a key for a server. @returns the key, which is shown this once, and its row */
export async function createKey(
  { transact, clock }: { transact: Transact; clock: Timepiece },
  { name, scopes, server }: { name: string; scopes: ServerKeyScope[]; server: string | null },
  by: By,
): Promise<{ key: string; row: ServerKeyRow }> {
  const key = newServerKey();
  const id = newUuidv7(clock);
  return transact(async ({ serverKeys, audit }) => {
    const row = await serverKeys.put(key, { id, name, scopes, server });
    const after = { key: id, name, scopes, ...(server !== null && { server }) };
    await audit.append(newUuidv7(clock), { action: "key_create", userId: null, after, ...by });
    return { key, row };
  });
}
