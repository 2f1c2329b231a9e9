import { afterAll, beforeAll, describe, expect, spyOn, test } from "bun:test";
import fs, { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigError } from "../../src/config/config";
import { developmentSecret } from "../../src/session/development-secret";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "account-server-secret-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a secret file that is damaged is refused, and left as it is", () => {
  const whole = "0123456789abcdef".repeat(8);

  test.each([
    ["empty", ""],
    ["short", whole.slice(0, 64)],
    ["long", `${whole}00`],
    ["not hexadecimal", whole.replaceAll("f", "g")],
    ["zeros, as a power cut leaves them", "\0".repeat(128)],
  ])("%s", (_what, text) => {
    const dataDir = mkdtempSync(join(folder, "damaged-"));
    const file = join(dataDir, "jwt-secret");
    writeFileSync(file, text);
    let refusal: unknown;
    try {
      developmentSecret(dataDir);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(ConfigError);
    expect((refusal as Error).message).toBe(
      `${file}: is not the secret that was written there (128 hexadecimal digits); restore the file, or delete it: ` +
        "the next start then makes another secret, and every player has to sign in again",
    );
    expect(readFileSync(file, "latin1")).toBe(text);
    expect(readdirSync(dataDir)).toEqual(["jwt-secret"]);
  });
});

test("a new secret is on the disk before it gets its name, and its name before it is used", () => {
  const dataDir = join(folder, "durable");
  const steps: string[] = [];
  const watch = (name: "fsyncSync" | "linkSync") => {
    const original = fs[name] as (...parts: unknown[]) => void;
    return spyOn(fs, name).mockImplementation((...parts: unknown[]) => {
      steps.push(name);
      original(...parts);
    });
  };
  using _synced = watch("fsyncSync");
  using _linked = watch("linkSync");
  const secret = developmentSecret(dataDir);
  expect(steps).toEqual(["fsyncSync", "linkSync", "fsyncSync"]);
  expect(readFileSync(join(dataDir, "jwt-secret"), "utf8")).toBe(secret);
});
