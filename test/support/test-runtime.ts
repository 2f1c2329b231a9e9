import type { OtherRuntime } from "../../scripts/build-host";

/**
 * The runtime in which `startTestServer` starts its servers, when it is not this process: `TEST_HOST=node`, and in
 * `TEST_HOST_PROGRAM` what was built of `test/runtimes/app.ts` for it.
 */
export const TEST_RUNTIME = process.env.TEST_HOST
  ? { name: process.env.TEST_HOST as OtherRuntime, program: process.env.TEST_HOST_PROGRAM ?? "" }
  : null;
