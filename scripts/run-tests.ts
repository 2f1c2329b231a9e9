import { join } from "node:path";

/**
 * Runs all tests in two processes at once, each of which has its own databases and ports: most tests wait, and so both
 * take little longer than the longer one. What the second says is shown after the first.
 */
const ROOT = join(import.meta.dir, "..");
/** Those that start processes, kill them and wait for them. */
const WITH_PROCESSES =
  /^test\/(adoption|db|deploy|faults|fuzz|host|metrics|openapi|runtimes|scripts|tracing|webhooks)\//;

const files = [...new Bun.Glob("test/**/*.test.ts").scanSync({ cwd: ROOT })]
  .filter((file) => !file.includes("/node_modules/"))
  .sort();
const lanes = [
  files.filter((file) => WITH_PROCESSES.test(file)),
  files.filter((file) => !WITH_PROCESSES.test(file)),
];

const [first, second] = lanes.map((lane, index) =>
  Bun.spawn([process.execPath, "test", "--timeout", "60000", ...lane.map((file) => `./${file}`)], {
    cwd: ROOT,
    stdin: "ignore",
    stdout: index === 0 ? "inherit" : "pipe",
    stderr: index === 0 ? "inherit" : "pipe",
  }),
);
const said = Promise.all(
  [second?.stdout, second?.stderr].map((stream) => new Response(stream as never).text()),
);
const codes = [await first?.exited];
for (const text of await said) process.stderr.write(text);
codes.push(await second?.exited);
process.exit(codes.every((code) => code === 0) ? 0 : 1);
