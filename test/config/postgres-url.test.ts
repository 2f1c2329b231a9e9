import { describe, expect, test } from "bun:test";
import { load, problem } from "./support";

const database = (DATABASE_URL: string) => load({ env: { DATABASE_URL } }).database;
const warnings = (DATABASE_URL: string) => load({ env: { DATABASE_URL } }).warnings;
const refused = (DATABASE_URL: string) => problem({ env: { DATABASE_URL } });

describe("DATABASE_URL is read as libpq reads it", () => {
  test.each([
    ["postgresql://u:pa%ss@db/x", "pa%ss"],
    ["postgresql://u:100%@db/x", "100%"],
    ["postgresql://u:%zz%41@db/x", "%zzA"],
    ["postgresql://u:p%25%3A@db/x", "p%:"],
    ["postgresql://u:a b@db/x", "a b"],
    ["postgresql://u:a b%3A@db/x", "a b:"],
    ["postgresql://u:a+b@db/x", "a+b"],
    ["postgresql://u:pa$word@db/x", "pa$word"],
    ["postgresql://u@db/x?password=a+b%26c", "a+b&c"],
    ["postgresql://u:a#b@db/x", "a#b"],
  ])("the password of %s is %s", (url, password) => {
    expect(database(url)).toMatchObject({ user: "u", password, host: "db", database: "x" });
  });

  test.each([
    ["postgresql://u@[::1]/x", { host: "::1", port: 5432 }],
    ["postgresql://u@[2001:db8::7]:6432/x", { host: "2001:db8::7", port: 6432 }],
    ["postgresql://u@/x?host=/run/postgresql", { host: "/run/postgresql", database: "x", user: "u" }],
    ["postgresql:///x?host=/run/postgresql&user=u", { host: "/run/postgresql", database: "x", user: "u" }],
    ["postgresql://u@%2Frun%2Fpostgresql/x", { host: "/run/postgresql", database: "x" }],
    ["postgresql://u@db?dbname=x&port=6432", { host: "db", port: 6432, database: "x" }],
    ["postgresql://u@db/a%2Fb", { database: "a/b" }],
    ["postgresql://u@db", { database: "oauth_db", port: 5432 }],
    ["postgresql://", { host: "localhost" }],
  ])("%s", (url, expected) => {
    expect(database(url)).toMatchObject(expected);
  });

  test("schema is kept", () => {
    const url = "postgresql://u@db/x?sslmode=require&schema=the%20accounts";
    expect(database(url)).toMatchObject({ schema: "the accounts" });
    expect(warnings(url)).toEqual([]);
  });

  test("application_name, connect_timeout and options are kept", () => {
    const url =
      "postgresql://u@db/x?sslmode=require&application_name=accounts&connect_timeout=3&options=-c%20search_path%3Da";
    expect(database(url)).toMatchObject({
      applicationName: "accounts",
      connectTimeoutSeconds: 3,
      options: "-c search_path=a",
    });
    expect(warnings(url)).toEqual([]);
  });

  test.each([
    ["ssl=true", "require"],
    ["ssl=1", "require"],
    ["ssl=false", "disable"],
    ["sslmode=no-verify", "require"],
    ["ssl=true&sslmode=verify-full", "verify-full"],
    ["sslrootcert=system", "verify-full"],
  ])("%s means %s", (query, sslmode) => {
    expect(database(`postgresql://u@db/x?${query}`)).toMatchObject({ sslmode });
  });

  test("DB_SSLMODE holds where the URL says nothing", () => {
    const env = { DB_SSLMODE: "require" };
    const of = (DATABASE_URL: string) => load({ env: { ...env, DATABASE_URL } }).database;
    expect(of("postgresql://u@db/x")).toMatchObject({ sslmode: "require" });
    expect(of("postgresql://u@db/x?sslmode=disable")).toMatchObject({ sslmode: "disable" });
  });
});

describe("what DATABASE_URL cannot say is refused", () => {
  test.each([
    ["sslmode=verify", "DATABASE_URL's sslmode: must be one of disable, "],
    ["sslmode=verify-ca", "DATABASE_URL's sslmode: verify-ca needs "],
    ["ssl=perhaps", "DATABASE_URL: ssl must be true or false"],
    ["sslmod=require", "DATABASE_URL: sslmod is not supported"],
    ["sslcrl=/x", "DATABASE_URL: sslcrl is not supported"],
    ["sslrootcert=/no/such.crt", "DATABASE_URL's sslrootcert: is not used unless"],
    ["sslmode=require&sslrootcert=/no/such.crt", "DATABASE_URL's sslrootcert: cannot be read (ENOENT)"],
    ["sslmode=require&sslrootcert=system", "DATABASE_URL's sslrootcert: system needs"],
    ["sslmode=require&sslcert=/no/such.crt", "DATABASE_URL's sslkey: missing"],
    ["connect_timeout=soon", "DATABASE_URL: connect_timeout must be"],
    ["port=tcp", "DATABASE_URL: the port must be a number"],
    ["host=a,b", "DATABASE_URL: names several hosts"],
    ["schema=a%22b", "DATABASE_URL: schema must have no quotation mark"],
  ])("%s", (query, start) => {
    expect(refused(`postgresql://u:sesame@db/x?${query}`)).toContain(start);
    expect(refused(`postgresql://u:sesame@db/x?${query}`)).not.toContain("sesame");
  });

  test.each([
    "postgresql://u:sesame@db:port/x",
    "postgres:/u@db",
    "postgresql://u@db/%ff",
    "postgresql://u@db/x?user=%ff",
  ])("%s is no URL of PostgreSQL", (url) => {
    expect(refused(url)).toBe("DATABASE_URL: must be a postgresql:// URL");
  });
});

describe("what may be in plain text is told", () => {
  const PLAIN = expect.stringContaining("in plain text when PostgreSQL at db offers no TLS");

  test.each(["", "?sslmode=prefer", "?sslmode=allow"])("over a network, %j", (query) => {
    expect(warnings(`postgresql://u@db/x${query}`)).toEqual([PLAIN]);
  });

  test.each([
    "postgresql://u@db/x?sslmode=disable",
    "postgresql://u@db/x?sslmode=verify-full",
    "postgresql://u@localhost/x",
    "postgresql://u@[::1]/x",
    "postgresql:///x?host=/run/postgresql&sslmode=prefer",
  ])("and not for %s", (url) => {
    expect(warnings(url)).toEqual([]);
  });

  test("and for DB_HOST just so", () => {
    expect(load({ env: { DB_USER: "u", DB_HOST: "db" } }).warnings).toEqual([PLAIN]);
    expect(load({ env: { DB_USER: "u", DB_HOST: "db", DB_SSLMODE: "disable" } }).warnings).toEqual([]);
  });

  test("a parameter that nobody reads is told by its name", () => {
    expect(warnings("postgresql://u@localhost/x?pgbouncer=true&connection_limit=5")).toEqual([
      "DATABASE_URL: the parameter pgbouncer is ignored",
      "DATABASE_URL: the parameter connection_limit is ignored",
    ]);
  });
});
