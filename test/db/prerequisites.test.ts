import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import pg from "pg";
import { openDatabase } from "../../src/db/database";
import { type PostgresConfig, withClient } from "../../src/db/postgres";
import { provision } from "../../src/db/provision";
import { startHost } from "../support/host";
import { postgresAvailable, testPostgres } from "../support/postgres";
import { rejection } from "../support/rejection";

// A process starts within a second, and within many on a busy machine.
setDefaultTimeout(60_000);

const ROOT = resolve(import.meta.dirname, "../..");

describe("a copy of the sources without the generated client", () => {
  let copy: string;
  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), "account-server-copy-"));
    for (const path of ["package.json", "src", "prisma", "sdk/src", "sdk/bundle.ts"]) {
      cpSync(join(ROOT, path), join(copy, path), { recursive: true });
    }
    symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
    rmSync(join(copy, "src", "generated"), { recursive: true });
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  test.each([
    ["embedded", {}],
    ["PostgreSQL", { DB_USER: "accounts", DB_PASSWORD: "sesame", DB_HOST: "127.0.0.1", DB_PORT: "1" }],
  ])("does not start, and says what to run (%s)", async (_kind, env) => {
    const host = startHost({ cwd: copy, env, command: [process.execPath, join(copy, "src", "index.ts")] });
    expect([await host.exited, host.stdout(), host.stderr()]).toEqual([
      78,
      "",
      'The Prisma client is not generated; run "bun install" or "bunx prisma generate".\n',
    ]);
  });
});

describe.skipIf(!postgresAvailable())("a database that is not encoded in UTF-8", () => {
  /** Dropped by the test itself: the cluster knows nothing of it. */
  const withEncoding = async (encoding: string, work: (config: PostgresConfig) => Promise<unknown>) => {
    const { superuser, createEmptyDatabase } = await testPostgres();
    const owner = await createEmptyDatabase();
    const database = `encoded_${encoding.toLowerCase()}_${process.pid}`;
    const asSuperuser = (sql: string) => withClient(superuser, (client) => client.query(sql));
    await asSuperuser(
      `CREATE DATABASE ${database} ENCODING '${encoding}' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0 ` +
        `OWNER ${pg.escapeIdentifier(owner.user)}`,
    );
    try {
      await work({ ...owner, database });
    } finally {
      await asSuperuser(`DROP DATABASE ${database} WITH (FORCE)`);
    }
  };

  test.each(["SQL_ASCII", "LATIN1", "EUC_JP"])("%s is refused in one sentence", (encoding) =>
    withEncoding(encoding, async (config) => {
      const refusal =
        `The database "${config.database}" is encoded in ${encoding}, and only UTF8 holds every name; ` +
        "create it anew with ENCODING 'UTF8'.";
      expect((await rejection(openDatabase(config))).message).toContain(refusal);
      const { superuser } = await testPostgres();
      expect((await rejection(provision(config, superuser, () => {}))).message).toContain(refusal);
    }),
  );
});
