import { isExecutable } from "../src/assets";
import { causeCode, isUnavailable } from "../src/db/errors";
import { FileError } from "../src/player-files/records";
import { Refusal } from "./admin/with-stores";

/** How these commands are called here, for help and hints. */
export const IMPORT = isExecutable ? "account-server import" : "bun run import";
export const EXPORT = isExecutable ? "account-server export" : "bun run export";

/** Makes one sentence of what the operator can put right. @param onLoss what to do when the database is gone in the middle */
export function refused(error: unknown, onLoss: string): unknown {
  if (error instanceof FileError) return new Refusal(error.message);
  if (isUnavailable(error)) return new Refusal(`The database was lost (${causeCode(error)}); ${onLoss}`);
  return error;
}
