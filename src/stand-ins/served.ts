import { Orders } from "./orders/orders";
import type { Accounts } from "./picker/accounts";
import { Picker } from "./picker/picker";
import type { StandIn, StandInService, World } from "./stand-in";
import { type ProviderName, STAND_INS, type StandInOptions } from "./stand-ins";
import { Standing } from "./standing";

/** A stand-in as it is served, with what it was ordered to do. */
export type ServedStandIn = StandInService & {
  orders: Orders;
  standing: Standing;
};

export type ServedStandIns = Record<ProviderName, ServedStandIn>;

/** @param stopped ends the waiting of answers that were ordered to be slow */
export function serveAll(
  options: StandInOptions,
  shared: Pick<World, "clock"> & { accounts: Accounts; stopped: AbortSignal },
): ServedStandIns {
  const { clock, accounts, stopped } = shared;
  const entries = Object.entries(STAND_INS).map(([name, standIn]) => {
    const orders = new Orders(stopped);
    const standing = new Standing();
    const picker = new Picker({ accounts, standing, standsFor: standIn.standsFor });
    const world: World = { clock, accounts, picker, standing, api: (work) => orders.answer(work) };
    const service = (standIn as StandIn<object, object>).create(world, options[name as ProviderName] ?? {});
    return [name, { ...service, orders, standing }];
  });
  return Object.fromEntries(entries);
}
