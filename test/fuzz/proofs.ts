import type { Proof } from "../faults/support/proof";
import { openApi } from "./openapi";
import { sessionPrograms } from "./session-programs";

/** Attacks of random or hostile input, for `prove`: short in `bun test`, long in the soak. */
export const fuzzProofs: Proof[] = [sessionPrograms, openApi];
