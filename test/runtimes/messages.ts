import type { Config } from "../../src/config/config";

/** To the server in another runtime, and from it. */
export type ToHosted = { config: Config; folder: string } | { flush: true } | { stop: true };
export type FromHosted =
  | { port: number; runtime: string }
  | { terminal: string }
  | { flushed: true; lostLines: number };
