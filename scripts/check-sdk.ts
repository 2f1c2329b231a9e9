import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Builds the SDK and checks what only the built package can show: size, imports, packaging and types. */
const SDK = join(import.meta.dir, "../sdk");
const LIMIT_BYTES = 9_000;
const NATIVE = /\bnode:[a-z]+|\brequire\(|\bprocess\.|\bBuffer\b/g;

await run("building", ["bun", join(SDK, "build.ts")]);
const ON_DEMAND = "browser-on-demand.js";
const start = await Bun.file(join(SDK, "dist/browser.js")).text();
const onDemand = await Bun.file(join(SDK, "dist", ON_DEMAND)).text();
checkSize(gzipped(start), gzipped(onDemand));
checkImports("browser.js", start, [`./${ON_DEMAND}`]);
checkImports(ON_DEMAND, onDemand, []);

checkNative("server.js", await Bun.file(join(SDK, "dist/server.js")).text());

const folder = await mkdtemp(join(tmpdir(), "account-sdk-pack-"));
try {
  await run("packing", ["bun", "pm", "pack", "--quiet", "--filename", join(folder, "sdk.tgz")]);
  await run("publint", ["bunx", "publint", "--strict", join(folder, "sdk.tgz")]);
  await run("arethetypeswrong", ["bunx", "attw", join(folder, "sdk.tgz"), "--profile", "esm-only"]);
} finally {
  await rm(folder, { recursive: true });
}

function gzipped(code: string): number {
  return Bun.gzipSync(code, { level: 9 }).byteLength;
}

function checkSize(bytes: number, later: number): void {
  console.log(`The browser entry is ${bytes} bytes gzipped; ${LIMIT_BYTES} are allowed.`);
  console.log(`What it loads on demand is ${later} bytes.`);
  if (bytes > LIMIT_BYTES) process.exit(1);
}

/** A browser loads nothing of Node, and of the package nothing twice: one AccountError is what games check for. */
function checkImports(name: string, code: string, allowed: string[]): void {
  const imports = new Bun.Transpiler({ loader: "js" }).scan(code).imports.map(({ path }) => path);
  const native = code.match(NATIVE) ?? [];
  const errors = code.match(/extends Error\b/g) ?? [];
  if (Bun.deepEquals(imports, allowed) && native.length === 0 && errors.length === allowed.length) return;
  console.error(`${name} leans on Node, or brings something twice:`, imports, native, errors);
  process.exit(1);
}

/** A game server may run on whatever has web standards. */
function checkNative(name: string, code: string): void {
  const { imports } = new Bun.Transpiler({ loader: "js" }).scan(code);
  const native = code.match(NATIVE) ?? [];
  if (imports.length === 0 && native.length === 0) return;
  console.error(`${name} leans on a runtime:`, imports, native);
  process.exit(1);
}

/** Shows the output of a command only when it fails. */
async function run(what: string, command: string[]): Promise<void> {
  const child = Bun.spawn(command, { cwd: SDK, stdout: "pipe", stderr: "pipe" });
  const [output, errors] = await Promise.all(
    [child.stdout, child.stderr].map((stream) => new Response(stream).text()),
  );
  if ((await child.exited) === 0) return;
  console.error(`${what} failed:\n${output}${errors}`);
  process.exit(1);
}
