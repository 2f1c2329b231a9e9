import { isExecutable } from "../../src/assets";

/** How these commands are called here, for help and hints. */
export const COMMAND = isExecutable ? "account-server admin" : "bun run admin";
