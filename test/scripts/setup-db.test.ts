import { describe, expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { openDatabase } from "../../src/db/database";
import { postgresAvailable, testPostgres } from "../support/postgres";
import { environment } from "../support/prisma-cli";

const SCRIPT = resolve(import.meta.dirname, "../../scripts/setup-db.ts");

async function setupDb(env: Record<string, string>, input: string, ...args: string[]) {
  const child = Bun.spawn(["bun", SCRIPT, ...args], {
    env: { PATH: process.env.PATH, ...env },
    stdin: new Blob([input]),
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { exitCode: await child.exited, output: stdout + stderr };
}

describe("setup-db", () => {
  const ownCluster = postgresAvailable() && !process.env.TEST_DATABASE_URL;

  test.skipIf(!ownCluster)(
    "sets up from a script, the superuser's password on stdin and never shown",
    async () => {
      const { superuser } = await testPostgres();
      const name = `script_${randomBytes(4).toString("hex")}`;
      const config = { ...superuser, user: name, database: name, password: "owner-secret" };
      const { exitCode, output } = await setupDb(
        environment(config),
        `${superuser.password}\n`,
        "--yes",
        "--superuser-password-file",
        "-",
      );
      expect(output).toContain("Done.");
      expect(exitCode).toBe(0);
      for (const secret of [superuser.password ?? "", "owner-secret"]) expect(output).not.toContain(secret);
      await (await openDatabase(config)).close();
    },
    60_000,
  );

  test("says that the embedded database needs no set-up", async () => {
    const { exitCode, output } = await setupDb({}, "", "--yes");
    expect(output).toContain("The embedded database needs no set-up");
    expect(exitCode).toBe(1);
  }, 20_000);

  test("an unknown option, an unreadable password file and an absent server are one sentence each", async () => {
    const env = { DB_USER: "u", DB_PASSWORD: "p", DB_HOST: "127.0.0.1", DB_PORT: "1" };
    const lastLine = async (...args: string[]) => {
      const { exitCode, output } = await setupDb(env, "", ...args);
      expect(exitCode).toBe(1);
      return output.trim().split("\n").at(-1);
    };
    expect(await lastLine("--drop")).toContain("Unknown option '--drop'");
    expect(await lastLine("--yes", "--superuser-password-file", "/nowhere")).toContain("cannot be read");
    expect(await lastLine("--yes")).toContain("PostgreSQL does not answer at 127.0.0.1:1 (ECONNREFUSED).");
  }, 20_000);
});
