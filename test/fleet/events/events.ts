import { cutReplica } from "./cut-replica";
import type { FleetEvent } from "./event";
import { killLeader } from "./kill-leader";
import { killServer } from "./kill-server";
import { restartPgbouncer } from "./restart-pgbouncer";
import { rollRelease } from "./roll-release";
import { rotateSecret } from "./rotate-secret";

/** Everything that happens to a fleet, in an order that the seed chooses. */
export const EVENTS: readonly FleetEvent[] = [
  killServer,
  restartPgbouncer,
  killLeader,
  cutReplica,
  rollRelease,
  rotateSecret,
];
