// What Node 22 lacks of the language.
import "core-js/actual/async-disposable-stack/index.js";
import "core-js/actual/regexp/escape.js";
import { fetchAt } from "./fetch-at";
import { forkedBy, forkWorker } from "./forked-worker";
import { listen } from "./http-listener";
import { claimSharedPort } from "./port-claim";
import type { Runtime } from "./runtime";

/** Node.js, 22 or later. */
export const runtime: Runtime = {
  name: "node",
  version: process.versions.node,
  listen,
  claimSharedPort,
  startWorker: forkWorker,
  firstProcess: forkedBy,
  monotonicNow() {
    const [seconds, nanoseconds] = process.hrtime();
    return seconds * 1e3 + nanoseconds / 1e6;
  },
  fetch: fetchAt,
};
