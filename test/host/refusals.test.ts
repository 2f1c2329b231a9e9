import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startHost } from "../support/host";
import { postgresAvailable, testPostgres } from "../support/postgres";
import { environment } from "../support/prisma-cli";

// A process starts within a second, and within many on a busy machine.
setDefaultTimeout(60_000);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "account-server-host-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Starts it, waits for the end, and returns what it said. */
const refusal = async (env: Record<string, string>, files: Record<string, string> = {}) => {
  const cwd = mkdtempSync(join(folder, "cwd-"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text);
  const host = startHost({ cwd, env });
  const code = await host.exited;
  expect(host.stdout()).toBe("");
  return { code, stderr: host.stderr() };
};

describe("a broken configuration", () => {
  test("is one message with every problem, and an exit that no restart mends", async () => {
    const files = { "config.yml": "server: {prot: 1}\n", ".env": "DB_PORT=none\n" };
    expect(await refusal({ SERVER_PORT: "http" }, files)).toEqual({
      code: 78,
      stderr: [
        "The configuration has 3 problems:",
        "  - DB_PORT: must be a number",
        "  - SERVER_PORT: must be a number",
        "  - config.yml: server.prot: unknown setting",
        "",
      ].join("\n"),
    });
  });

  test("S24 production without secrets does not start", async () => {
    const { code, stderr } = await refusal({ NODE_ENV: "production" });
    expect(code).toBe(78);
    for (const name of ["DB_USER", "DB_PASSWORD", "JWT_SECRET", "GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET"]) {
      expect(stderr).toContain(`  - ${name}: missing`);
    }
  });

  test("production may be said in .env", async () => {
    const { code, stderr } = await refusal({}, { ".env": "NODE_ENV=production\n" });
    expect(code).toBe(78);
    expect(stderr).toContain("JWT_SECRET: missing");
  });

  test("a private key that is none is one plain sentence", async () => {
    const { code, stderr } = await refusal({ JWT_ALGORITHM: "ES256", JWT_PRIVATE_KEY: "sesame" });
    expect([code, stderr]).toEqual([78, "JWT_PRIVATE_KEY: not a PEM private key that ES256 can sign with\n"]);
  });
});

test("a secret file that is damaged stops the start in one plain sentence", async () => {
  const { code, stderr } = await refusal({ EMBEDDED_DATA_DIR: "." }, { "jwt-secret": "" });
  expect(code).toBe(78);
  expect(stderr).toMatch(/^[^\n]*\/jwt-secret: is not the secret that was written there[^\n]*\n$/);
});

describe("a database that cannot be used", () => {
  const database = { DB_USER: "accounts", DB_PASSWORD: "sesame", DB_HOST: "127.0.0.1" };

  test("nobody listens: one plain sentence, and exit 1", async () => {
    const free = createServer().listen(0, "127.0.0.1");
    const { port } = free.address() as { port: number };
    await new Promise((closed) => free.close(closed));
    expect(await refusal({ ...database, DB_PORT: String(port) })).toEqual({
      code: 1,
      stderr: `PostgreSQL does not answer at 127.0.0.1:${port} (ECONNREFUSED).\n`,
    });
  });

  test("a data folder that cannot be made is one plain sentence", async () => {
    const { code, stderr } = await refusal({ EMBEDDED_DATA_DIR: "file/data" }, { file: "" });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^[A-Z][^\n]*\.\n$/);
  });

  describe.skipIf(!postgresAvailable())("PostgreSQL", () => {
    test("with migrations pending is left alone, and the command is named", async () => {
      const database = await (await testPostgres()).createEmptyDatabase();
      const { code, stderr } = await refusal(environment(database));
      expect(code).toBe(1);
      expect(stderr).toMatch(/^The database lacks \d+ migrations?; run "bunx prisma migrate deploy"\.\n$/);
    });
  });
});
