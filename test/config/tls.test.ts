import { describe, expect, test } from "bun:test";
import { loadDatabaseConfig } from "../../src/config/config";
import { inFolder, load, PRODUCTION, problems } from "./support";

const WARNING = expect.stringContaining("in plain text when PostgreSQL at");

describe("where no mode is set", () => {
  const mode = (env: Record<string, string>, NODE_ENV: string) => {
    const { database, warnings } = load({ env: { ...PRODUCTION, ...env, NODE_ENV } });
    const plain = warnings.filter((line) => line.startsWith("DB_SSLMODE"));
    return [database.kind === "postgres" ? database.sslmode : null, plain] as const;
  };

  test.each([
    { DB_HOST: "db.example" },
    { DB_HOST: "10.0.0.5" },
    { DB_HOST: "2001:db8::5" },
    { DATABASE_URL: "postgresql://u:p@db.example/x" },
    { DATABASE_URL: "postgresql://u:p@[2001:db8::5]/x" },
    { DATABASE_URL: "postgresql://u:p@localhost/x?host=db.example" },
  ])("production checks the certificate of another machine: %j", (env) => {
    expect(mode(env, "production")).toEqual(["verify-full", []]);
  });

  test.each([
    { DB_HOST: "localhost" },
    { DB_HOST: "127.0.0.1" },
    { DB_HOST: "::1" },
    { DB_HOST: "/run/postgresql" },
    { DATABASE_URL: "postgresql://u@db.example/x?host=/run/postgresql" },
    { DATABASE_URL: "postgresql://u@[::1]/x" },
  ])("production needs none on this machine: %j", (env) => {
    expect(mode(env, "production")).toEqual([undefined, []]);
  });

  test.each([{ DB_HOST: "db.example" }, { DATABASE_URL: "postgresql://u:p@db.example/x" }])(
    "development takes what is offered, and warns: %j",
    (env) => {
      expect(mode(env, "development")).toEqual([undefined, [WARNING]]);
    },
  );

  test("an authority's file alone is enough in production", () => {
    expect(
      problems({ env: { ...PRODUCTION, DB_HOST: "db.example", DB_SSLROOTCERT: "/no/such.crt" } }),
    ).toEqual(["DB_SSLROOTCERT: cannot be read (ENOENT)"]);
  });

  test("the commands that connect in production check it as well", () => {
    const env = { NODE_ENV: "production", DB_HOST: "db.example", DB_USER: "u" };
    expect(inFolder((cwd) => loadDatabaseConfig({ cwd, env }))).toMatchObject({ sslmode: "verify-full" });
  });
});

describe("production is as little strict as somebody has said by name", () => {
  test.each([
    ["disable", []],
    ["prefer", [WARNING]],
    ["allow", [WARNING]],
    ["require", []],
  ])("%s", (sslmode, warned) => {
    for (const env of [
      { DB_HOST: "db.example", DB_SSLMODE: sslmode },
      { DATABASE_URL: `postgresql://u:p@db.example/x?sslmode=${sslmode}` },
    ]) {
      const { database, warnings } = load({ env: { ...PRODUCTION, ...env } });
      expect(database).toMatchObject({ sslmode });
      expect(warnings.filter((line) => line.startsWith("DB_SSLMODE"))).toEqual(warned);
    }
  });
});
