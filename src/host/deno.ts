import { fetchAt } from "./fetch-at";
import { forkedBy, forkWorker } from "./forked-worker";
import { listen } from "./http-listener";
import { claimSharedPort } from "./port-claim";
import type { Runtime } from "./runtime";

declare const Deno: { version: { deno: string } };

/**
 * Deno, 2.9 or later, with its `node:http`: `Deno.serve` tells the app nothing of a request with two Hosts or a malformed one,
 * and answers 500 itself.
 */
export const runtime: Runtime = {
  name: "deno",
  version: Deno.version.deno,
  listen,
  claimSharedPort,
  startWorker: forkWorker,
  firstProcess: forkedBy,
  monotonicNow: () => performance.now(),
  fetch: fetchAt,
};
