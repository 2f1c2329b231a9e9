import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import type { OpenApiDocument } from "../src/explorer/document";
import { openEmbeddedForTest } from "../test/support/databases";
import { startTestServer } from "../test/support/server";
import { breakingChanges } from "./openapi/breaking-changes";
import { RELEASED, readReleased, toRelease } from "./openapi/released";

const HELP = `Compares the OpenAPI document with the released one, test/explorer/released.openapi.json.

  bun scripts/openapi.ts [--write] [--accept LINE]...

  --write   makes the document the released one, unless it breaks a client: what was released only grows
  --accept  a line of the output that breaks no client after all, as it stands there: a pattern that allows more now

Needs the tools of test/openapi: bun run openapi:tools
Exit code 1 when a client breaks.`;

const { values } = parseArgs({
  options: {
    write: { type: "boolean", default: false },
    accept: { type: "string", multiple: true, default: [] },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const current = await readCurrent();
const breaks = existsSync(RELEASED) ? await breakingChanges(await readReleased(), current) : [];
const left = breaks.filter((line) => !values.accept.includes(line));
for (const line of left) console.error(line);
if (left.length > 0) process.exit(1);
if (values.write) await Bun.write(RELEASED, `${JSON.stringify(current, null, 1)}\n`);
console.log(values.write ? "Written." : "No client breaks.");
process.exit(0);

async function readCurrent(): Promise<Partial<OpenApiDocument>> {
  const database = await openEmbeddedForTest();
  const server = await startTestServer({ database });
  try {
    const answer = await fetch(`${server.origin}/swagger/json`);
    return toRelease((await answer.json()) as OpenApiDocument);
  } finally {
    await server.stop();
  }
}
