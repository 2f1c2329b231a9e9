import { join } from "node:path";
import { makeEmbeddedImage } from "../test/support/embedded-image";

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

using image = await makeEmbeddedImage();
const startedAt = performance.now();
const runs = lanes.map((lane, index) =>
  Bun.spawn([process.execPath, "test", "--timeout", "60000", ...lane.map((file) => `./${file}`)], {
    cwd: ROOT,
    env: { ...process.env, ...image.env },
    stdin: "ignore",
    stdout: index === 0 ? "inherit" : "pipe",
    stderr: "pipe",
  }),
);
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    for (const run of runs) run.kill(signal);
  });
}
const results = await Promise.all(
  runs.map(async (run, index) => {
    const [stdout, stderr] = await Promise.all([
      run.stdout ? new Response(run.stdout).text() : "",
      read(run.stderr, index === 0),
    ]);
    return {
      lane: index + 1,
      seconds: (performance.now() - startedAt) / 1_000,
      code: await run.exited,
      stdout,
      stderr,
    };
  }),
);
for (const { stdout, stderr } of results.slice(1)) process.stderr.write(stdout + stderr);
for (const { lane, seconds, code, stderr } of results) {
  console.error(`\nProcess ${lane}: exit code ${code} after ${seconds.toFixed()} s.`);
  for (const failure of failures(stderr)) console.error(failure);
}
process.exitCode = results.every(({ code }) => code === 0) ? 0 : 1;

async function read(stream: ReadableStream<Uint8Array>, show: boolean): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of stream) {
    if (show) process.stderr.write(bytes);
    text += decoder.decode(bytes, { stream: true });
  }
  return text;
}

/** Whoever sees only the end of a log sees why a test failed: what was said since the test before it, and its line. */
function failures(stderr: string): string[] {
  const lines = stderr.split("\n");
  const ends = lines.flatMap((line, at) => (/^\((pass|fail|skip|todo)\)/.test(line) ? [at] : []));
  return ends
    .map((at, index) => lines.slice((ends[index - 1] ?? -1) + 1, at + 1))
    .filter((said) => said.at(-1)?.startsWith("(fail)"))
    .map((said) => said.slice(-80).join("\n"));
}
