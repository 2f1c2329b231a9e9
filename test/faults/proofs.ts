import { removeImage } from "../support/embedded";
import type { Proof } from "../support/proof";
import { stopSharedReplicas } from "../support/replicas";
import { backlog } from "./backlog";
import { brokenClients, cutAnswers } from "./client-wire";
import { clockSkew } from "./clock-skew";
import { deadlocks, serializationFailures, stuckRow } from "./conflicts";
import { crashPointsEmbedded, crashPointsPostgres } from "./crash-points";
import { databaseRestart } from "./database-restart";
import { databaseWire } from "./database-wire";
import { failover } from "./failover";
import { googleKeys, googleMisbehaves } from "./google";
import { guests } from "./guests";
import { hostileAddresses } from "./hostile-addresses";
import { killLoopEmbedded, killLoopPostgres } from "./kill-loop";
import { linkingRace } from "./linking-race";
import { lockedRow } from "./locked-row";
import { lostCommits } from "./lost-commits";
import { matchCrashesEmbedded, matchCrashesPostgres } from "./match-crashes";
import { purgeCrashPointsEmbedded, purgeCrashPointsPostgres } from "./purge-crash-points";
import { logoutRace, race, theft } from "./race";
import { secretRotation } from "./secret-rotation";
import { migratingTogether, rollingRestart } from "./shutdown";
import { webhookCrashPointsEmbedded, webhookCrashPointsPostgres } from "./webhook-crash-points";
import { webhooks } from "./webhooks";
import { wrongClock } from "./wrong-clock";

/** Everything that is proven here, in the order of the soak's table. */
export const PROOFS: readonly Proof[] = [
  race,
  theft,
  logoutRace,
  killLoopEmbedded,
  killLoopPostgres,
  crashPointsEmbedded,
  crashPointsPostgres,
  purgeCrashPointsEmbedded,
  purgeCrashPointsPostgres,
  matchCrashesEmbedded,
  matchCrashesPostgres,
  webhookCrashPointsEmbedded,
  webhookCrashPointsPostgres,
  databaseWire,
  databaseRestart,
  serializationFailures,
  deadlocks,
  stuckRow,
  cutAnswers,
  brokenClients,
  googleMisbehaves,
  googleKeys,
  rollingRestart,
  migratingTogether,
  clockSkew,
  lostCommits,
  guests,
  linkingRace,
  secretRotation,
  webhooks,
  wrongClock,
  lockedRow,
  failover,
  hostileAddresses,
  backlog,
];

/** Lets go of what the proofs share, after the last of them. */
export async function stopSharedWorlds(): Promise<void> {
  await Promise.all([stopSharedReplicas(), removeImage()]);
}
