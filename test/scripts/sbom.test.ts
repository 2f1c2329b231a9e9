import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv from "ajv";
import addFormats from "ajv-formats";
import { temporaryFolder } from "../support/temporary";

const ROOT = join(import.meta.dirname, "../..");
const SCHEMAS = join(ROOT, "node_modules/@cyclonedx/cyclonedx-library/res/schema");

type Component = { name: string; group?: string; version: string; "bom-ref": string; purl: string };

/** Prints the document as `bun run sbom` does. */
function sbom(...files: string[]): string {
  const { exitCode, stdout, stderr } = Bun.spawnSync([process.execPath, "scripts/sbom.ts", ...files], {
    cwd: ROOT,
  });
  expect([exitCode, stderr.toString()]).toEqual([0, ""]);
  return stdout.toString();
}

const printed = sbom();
const { components, dependencies } = JSON.parse(printed) as {
  components: (Component & { hashes: unknown[]; licenses?: unknown[] })[];
  dependencies: { ref: string; dependsOn?: string[] }[];
};
const named = (name: string) => components.filter((component) => component.name === name);

test("the bill of materials is CycloneDX 1.6", () => {
  const ajv = new Ajv({ strict: false, formats: { "iri-reference": true, "idn-email": true } });
  addFormats(ajv);
  for (const name of ["spdx", "jsf-0.82"]) {
    ajv.addSchema(schema(name), `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`);
  }
  const validate = ajv.compile(schema("bom-1.6"));
  validate(JSON.parse(printed));
  expect(validate.errors).toBeNull();
});

test("it has the locked version of what the server needs, with archive, licence and further needs", () => {
  const { version, sha512 } = locked("elysia");
  expect(named("elysia")).toEqual([
    {
      type: "library",
      name: "elysia",
      version,
      "bom-ref": `elysia@${version}`,
      hashes: [{ alg: "SHA-512", content: sha512 }],
      licenses: [{ license: { id: "MIT" } }],
      purl: `pkg:npm/elysia@${version}`,
    } as never,
  ]);
  const needs = dependencies.find(({ ref }) => ref === `elysia@${version}`)?.dependsOn ?? [];
  expect(needs).toEqual(expect.arrayContaining([`cookie@${locked("cookie").version}`]));
  expect(needs.length).toBeGreaterThan(3);
});

test("the server needs what its package.json names, and all that is listed is needed by something", () => {
  const {
    name,
    version,
    dependencies: direct,
  } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const own = dependencies.find(({ ref }) => ref === `${name}@${version}`)?.dependsOn ?? [];
  expect(own).toEqual(
    Object.entries(direct)
      .map(([name, version]) => `${name}@${version}`)
      .sort(),
  );
  const needed = new Set(dependencies.flatMap(({ dependsOn = [] }) => dependsOn));
  expect(components.filter((component) => !needed.has(component["bom-ref"]))).toEqual([]);
});

test("it has a name with a scope as its package URL has it, and a package once for each version", () => {
  const [client] = named("client").filter(({ group }) => group === "@prisma");
  expect(client?.purl).toBe(`pkg:npm/%40prisma/client@${client?.version}`);
  expect(new Set(components.map(({ purl }) => purl)).size).toBe(components.length);
});

test.each(["typescript", "biome", "puppeteer-core", "ajv-formats", "cyclonedx-library"])(
  "%s, which only tests and checks need, is not there",
  (name) => {
    expect(named(name)).toEqual([]);
  },
);

test("it is the same every time, and can be written to a file", () => {
  using folder = temporaryFolder();
  const file = join(folder.path, "sbom.json");
  expect(sbom(file)).toBe("");
  expect(readFileSync(file, "utf8")).toBe(printed);
});

function schema(name: string): object {
  return JSON.parse(readFileSync(join(SCHEMAS, `${name}.SNAPSHOT.schema.json`), "utf8"));
}

/** What bun.lock says of a package. */
function locked(name: string): { version: string; sha512: string } {
  const line = new RegExp(`^    "${name}": \\["${name}@([^"]+)".*"sha512-([^"]+)"\\],$`, "m");
  const [, version = "", digest = ""] = line.exec(readFileSync(join(ROOT, "bun.lock"), "utf8")) ?? [];
  return { version, sha512: Buffer.from(digest, "base64").toString("hex") };
}
