import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { withClient } from "../../src/db/postgres";
import { postgresAvailable, testPostgres } from "../support/postgres";

setDefaultTimeout(60_000);

const ROOT = resolve(import.meta.dirname, "../..");
const PASSWORD = "pa$word-93";
const NAME = "dot_env_reader";
/** A checkout without its tests. */
const PARTS = [
  "bunfig.toml",
  "package.json",
  "prisma",
  "prisma.config.ts",
  "scripts",
  "sdk",
  "src",
  "tsconfig.json",
];

describe.skipIf(!postgresAvailable() || Boolean(process.env.TEST_DATABASE_URL))(
  "every command reads a checkout's .env alike, a $ in it included, and no .env.local",
  () => {
    let folder: string;
    beforeAll(async () => {
      const { superuser } = await testPostgres();
      folder = mkdtempSync(join(tmpdir(), "account-server-dot-env-"));
      for (const part of PARTS) cpSync(join(ROOT, part), join(folder, part), { recursive: true });
      symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
      const settings = {
        DB_HOST: superuser.host,
        DB_PORT: superuser.port,
        DB_NAME: NAME,
        DB_USER: NAME,
        DB_PASSWORD: `'${PASSWORD}'`,
        SERVER_HOST: "127.0.0.1",
        SERVER_PORT: 0,
        GOOGLE_CLIENT_ID: "id",
        GOOGLE_CLIENT_SECRET: "secret",
      };
      const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
      writeFileSync(join(folder, ".env"), lines.join(""));
      writeFileSync(join(folder, ".env.local"), "DB_PORT=1\nDB_PASSWORD=other\n");
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    const start = (command: string[], input = "") =>
      Bun.spawn(command, {
        cwd: folder,
        env: { PATH: process.env.PATH, HOME: folder, CHECKPOINT_DISABLE: "1" },
        stdin: new Blob([input]),
        stdout: "pipe",
        stderr: "inherit",
      });

    test("setup-db makes the role with the password as it is written", async () => {
      const { superuser } = await testPostgres();
      const setUp = start(
        ["bun", "run", "setup-db", "--yes", "--superuser-password-file", "-"],
        superuser.password,
      );
      expect(await new Response(setUp.stdout).text()).toContain("Done.");
      const as = { ...superuser, user: NAME, database: NAME, password: PASSWORD };
      await withClient(as, (client) => client.query("SELECT FROM users"));
    });

    test("prisma signs in with it", async () => {
      const status = start(["bunx", "prisma", "migrate", "status"]);
      expect(await new Response(status.stdout).text()).toContain("Database schema is up to date");
    });

    test("the server signs in with it", async () => {
      const server = start(["bun", "run", "src/index.ts"]);
      let output = "";
      for await (const chunk of server.stdout) {
        output += new TextDecoder().decode(chunk);
        if (output.includes("login.log")) break;
      }
      server.kill("SIGTERM");
      expect(output).toContain(`PostgreSQL, ${NAME}`);
      expect(await server.exited).toBe(0);
    });
  },
);
