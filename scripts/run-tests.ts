import { join } from "node:path";

/**
 * Runs all tests in three processes at once, each of which has its own databases and ports: most tests wait, and so all
 * take little longer than the longest one. What the others say is shown after the first.
 */
const ROOT = join(import.meta.dir, "..");
/** What takes about as long as the rest. Most of it starts processes, kills them and waits for them. */
const LANES = [
  /^test\/(adoption|db|faults|identity|leaving|oauth|users)\//,
  /^test\/(deploy|fleet|fuzz|host|metrics|openapi|player-files|runtimes|scripts|tracing|webhooks)\//,
];

const files = [...new Bun.Glob("test/**/*.test.ts").scanSync({ cwd: ROOT })]
  .filter((file) => !file.includes("/node_modules/"))
  .sort();
const lanes = [
  ...LANES.map((lane) => files.filter((file) => lane.test(file))),
  files.filter((file) => !LANES.some((lane) => lane.test(file))),
];

const [first, ...others] = lanes.map((lane, index) =>
  Bun.spawn([process.execPath, "test", "--timeout", "60000", ...lane.map((file) => `./${file}`)], {
    cwd: ROOT,
    stdin: "ignore",
    stdout: index === 0 ? "inherit" : "pipe",
    stderr: index === 0 ? "inherit" : "pipe",
  }),
);
const said = others.map(({ stdout, stderr }) =>
  Promise.all([stdout, stderr].map((stream) => new Response(stream as never).text())),
);
const codes = [await first?.exited];
for (const [index, other] of others.entries()) {
  for (const text of (await said[index]) ?? []) process.stderr.write(text);
  codes.push(await other.exited);
}
process.exit(codes.every((code) => code === 0) ? 0 : 1);
