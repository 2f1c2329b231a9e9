import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Builds the SDK and checks what only the built package can show: size, imports, packaging and types. */
const SDK = join(import.meta.dir, "../sdk");
const LIMIT_BYTES = 9_000;

await run("building", ["bun", join(SDK, "build.ts")]);
const browser = await Bun.file(join(SDK, "dist/browser.js")).bytes();
checkSize(Bun.gzipSync(browser, { level: 9 }).byteLength);
checkImports(new TextDecoder().decode(browser));

const folder = await mkdtemp(join(tmpdir(), "account-sdk-pack-"));
try {
  await run("packing", ["bun", "pm", "pack", "--quiet", "--filename", join(folder, "sdk.tgz")]);
  await run("publint", ["bunx", "publint", "--strict", join(folder, "sdk.tgz")]);
  await run("arethetypeswrong", ["bunx", "attw", join(folder, "sdk.tgz"), "--profile", "esm-only"]);
} finally {
  await rm(folder, { recursive: true });
}

function checkSize(bytes: number): void {
  console.log(`The browser entry is ${bytes} bytes gzipped; ${LIMIT_BYTES} are allowed.`);
  if (bytes > LIMIT_BYTES) process.exit(1);
}

function checkImports(code: string): void {
  const { imports } = new Bun.Transpiler({ loader: "js" }).scan(code);
  const native = code.match(/\bnode:[a-z]+|\brequire\(|\bprocess\.|\bBuffer\b/g) ?? [];
  if (imports.length + native.length === 0) return;
  console.error("The browser entry leans on Node:", imports, native);
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
