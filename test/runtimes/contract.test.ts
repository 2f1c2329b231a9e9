import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { buildHost, OTHER_RUNTIMES } from "../../scripts/build-host";
import { postgresAvailable, testPostgres } from "../support/postgres";
import { temporaryFolder } from "../support/temporary";
import { areInstalled } from "./programs";

// `createApp(deps).fetch` behind the host of another runtime, on PostgreSQL, asked by the tests that ask Bun's. All that can be
// asked so: TEST_HOST=node TEST_HOST_PROGRAM=<build>/server.js bun test test/<noun>

const CONTRACT = [
  "http/body",
  "http/protocol",
  "session/devices",
  "session/refresh",
  "sign-in/sign-in",
  "users/rename",
].map((name) => `./test/${name}.test.ts`);

/** What these tests ask of the process itself, or of Bun's own parser. */
const OF_THIS_PROCESS = [
  "a commit whose answer is lost is repeated",
  "dead tokens of ours cost the same work",
  "too many headers",
  "an empty one before",
];

describe.skipIf(!areInstalled || !postgresAvailable())("the contract", () => {
  const folder = temporaryFolder();
  afterAll(() => folder[Symbol.dispose]());
  beforeAll(async () => {
    for (const runtime of OTHER_RUNTIMES)
      await buildHost(runtime, join(folder.path, runtime), join(import.meta.dirname, "app.ts"));
  }, 60_000);

  test.each(OTHER_RUNTIMES)(
    "holds in %s",
    async (runtime) => {
      const { user, password, host, port, database } = (await testPostgres()).superuser;
      const pattern = `^(?!.*(${OF_THIS_PROCESS.join("|")}))`;
      const child = Bun.spawn(
        [process.execPath, "test", "--timeout", "60000", "--test-name-pattern", pattern, ...CONTRACT],
        {
          cwd: join(import.meta.dirname, "../.."),
          env: {
            ...process.env,
            NO_COLOR: "1",
            TEST_DATABASE_URL: `postgresql://${user}:${password}@${host}:${port}/${database}`,
            TEST_HOST: runtime,
            TEST_HOST_PROGRAM: join(folder.path, runtime, "server.js"),
          },
          stdin: "ignore",
          stdout: "pipe",
          stderr: "pipe",
        },
      );
      const [, said] = await Promise.all([
        new Response(child.stdout).text(),
        new Response(child.stderr).text(),
      ]);
      const failed = said.split("\n").filter((line) => line.startsWith("(fail)"));
      expect([await child.exited, failed], said.slice(-8_000)).toEqual([0, []]);
      expect(Number(/(\d+) pass/.exec(said)?.[1])).toBeGreaterThan(180);
    },
    300_000,
  );
});
