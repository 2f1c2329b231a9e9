import { isExecutable } from "../src/assets";

/** How these commands are called here, for help and hints. */
export const IMPORT = isExecutable ? "account-server import" : "bun run import";
export const EXPORT = isExecutable ? "account-server export" : "bun run export";
