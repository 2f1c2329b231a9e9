import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { loadDatabaseConfig } from "../../config/config";
import { report } from "./log";
import { preflight } from "./preflight";
import { serveRpc } from "./rpc";
import { openTarget, type Target } from "./target";
import { panicMessage } from "./wasm";

// Called by the Prisma CLI as its native schema engine would be:
//   --datamodels FILE… --datasource JSON            then JSON-RPC on stdin and stdout
//   --datasource JSON cli can-connect-to-database | create-database
const { values, positionals } = parseArgs({
  args: process.argv.slice(2),
  strict: false,
  allowPositionals: true,
  options: { datamodels: { type: "string", multiple: true }, datasource: { type: "string" } },
});
const database = loadDatabaseConfig({ cwd: resolve(import.meta.dirname, "../../.."), env: process.env });

if (positionals[0] === "cli") process.exit(await preflight(positionals[1], database));

let target: Promise<Target> | undefined;
const open = () => {
  target ??= Promise.resolve(openTarget(database));
  return target;
};
const leave = async (code: number) => {
  await target?.then((opened) => opened.close()).catch(() => {});
  process.exit(code);
};
// A panic surfaces here, and the request it broke would wait for ever.
process.on("uncaughtException", (error) => {
  report("ERROR", { message: panicMessage(error) ?? error.message });
  leave(1);
});
// The CLI ends stdin and sends SIGTERM in one breath.
process.on("SIGTERM", () => leave(0));

const datamodels = ((values.datamodels ?? []) as string[]).map((file): [string, string] => [
  file,
  readFileSync(file, "utf8"),
]);
await serveRpc(open, datamodels, process.stdin, process.stdout);
await leave(0);
