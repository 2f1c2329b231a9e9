import type { Proof } from "../support/proof";
import { boundSessionsEmbedded, boundSessionsPostgres } from "./bound-session-programs";
import { framing } from "./framing";
import { linkingPrograms } from "./linking-programs";
import { openApi } from "./openapi";
import { secretsEmbedded, secretsPostgres } from "./secrets";
import { sessionPrograms } from "./session-programs";
import { tokens } from "./tokens";

/** Attacks of random or hostile input, in the order of the soak's table. */
export const FUZZ_PROOFS: readonly Proof[] = [
  sessionPrograms,
  boundSessionsEmbedded,
  boundSessionsPostgres,
  linkingPrograms,
  openApi,
  tokens,
  framing,
  secretsEmbedded,
  secretsPostgres,
];
