import type { By } from "../audit/event";
import type { Timepiece } from "../clock";
import { newUuidv7 } from "../session/uuidv7";
import type { Transact } from "../stores";
import { exportAccount } from "./export";
import type { AccountExport } from "./model";

/** Everything that is kept of a player, for somebody of the studio to hand out; the audit has that they did. @returns null for nobody */
export async function handOutAccount(
  { transact, clock }: { transact: Transact; clock: Timepiece },
  userId: number,
  by: By,
): Promise<AccountExport | null> {
  return transact(async (stores) => {
    const user = await stores.users.find(userId);
    if (!user) return null;
    const exported = await exportAccount(stores, clock, user);
    await stores.audit.append(newUuidv7(clock), { action: "export", userId, ...by });
    return exported;
  });
}
