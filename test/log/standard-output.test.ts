import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { temporaryFolder } from "../support/temporary";

const MODULE = resolve(import.meta.dirname, "../../src/log/standard-output");

test("lines of several bytes a character leave in pieces that a pipe takes whole", async () => {
  using folder = temporaryFolder();
  const script = join(folder.path, "write.ts");
  writeFileSync(
    script,
    `import { standardOutput } from ${JSON.stringify(MODULE)};
     const write = process.stdout.write.bind(process.stdout);
     process.stdout.write = (text) => (process.stderr.write(Buffer.byteLength(text) + "\\n"), write(text));
     const output = standardOutput();
     for (let n = 0; n < 200; n++) output.write("é".repeat(100) + "\\n");`,
  );
  const child = Bun.spawn([process.execPath, script], { stdout: "pipe", stderr: "pipe" });
  const [lines, sizes] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  expect(lines).toBe(`${"é".repeat(100)}\n`.repeat(200));
  const bytes = sizes.trim().split("\n").map(Number);
  expect(Math.max(...bytes)).toBeLessThanOrEqual(4_096);
  expect(bytes.length).toBeLessThan(20);
});
