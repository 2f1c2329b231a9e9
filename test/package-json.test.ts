import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const read = (path: string) => readFileSync(join(import.meta.dirname, "..", path), "utf8");

test("the server and the SDK name the licence that lies beside them", () => {
  expect(read("LICENSE")).toStartWith("MIT License\n");
  expect(read("sdk/LICENSE")).toBe(read("LICENSE"));
  for (const path of ["package.json", "sdk/package.json"]) expect(JSON.parse(read(path)).license).toBe("MIT");
});

test("the Bun that is asked for is the one that the commands fetch", () => {
  const { engines, packageManager, scripts } = JSON.parse(read("package.json"));
  expect(packageManager).toBe(`bun@${engines.bun}`);
  for (const name of ["start", "test"]) expect(scripts[name]).toContain(`bun@${engines.bun} `);
});
