import type { IdentityHashes } from "../bans/identity-hashes";
import type { Timepiece } from "../clock";
import type { RolesConfig } from "../config/config";
import type { StatRules } from "../progress/stats";
import type { Transact } from "../stores";
import type { NamePolicy } from "../users/name-policy";

/** What the studio's people do to a player needs, at the command line and in the server alike. */
export type StudioDeps = {
  transact: Transact;
  clock: Timepiece;
  identityHashes: IdentityHashes;
  namePolicy: () => Promise<NamePolicy>;
  roles: RolesConfig;
  statRules: StatRules;
};
