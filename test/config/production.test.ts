import { expect, test } from "bun:test";
import { load, PRODUCTION, problems, STRONG_SECRET } from "./support";

const production = (changes: Record<string, string | undefined> = {}) =>
  problems({ env: { ...PRODUCTION, ...changes } });
const SECRETS = ["DB_USER", "DB_PASSWORD", "JWT_SECRET", "GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET"];
const single = (changes: Record<string, string | undefined>) => production(changes).join("\n");

test("production starts with credentials for the database and Google, and a secret", () => {
  expect(production()).toEqual([]);
  const { mode, database, google } = load({ env: PRODUCTION });
  expect(mode).toBe("production");
  expect(database).toMatchObject({ kind: "postgres", user: "accounts", password: PRODUCTION.DB_PASSWORD });
  expect(google.local).toBe(false);
});

test("S2 S24 production without anything names all that is missing at once", () => {
  expect(problems({ env: { NODE_ENV: "production" } })).toEqual([
    "DB_USER: missing (the PostgreSQL role, or set DATABASE_URL)",
    "DB_PASSWORD: missing (or set DATABASE_URL)",
    "JWT_SECRET: missing",
    "GOOGLE_CLIENT_ID: missing",
    "GOOGLE_CLIENT_SECRET: missing",
    "SERVER_PUBLIC_URL: missing (where players reach the server)",
  ]);
});

test.each([...SECRETS, "SERVER_PUBLIC_URL"])("S2 S24 production refuses to start without %s", (name) => {
  expect(single({ [name]: undefined })).toMatch(new RegExp(`^${name}: missing[^\n]*$`));
  expect(single({ [name]: "" })).toMatch(new RegExp(`^${name}: missing[^\n]*$`));
});

test("a DATABASE_URL stands for the database's credentials", () => {
  const DATABASE_URL = "postgresql://accounts:secret@db.example/accounts";
  expect(production({ DB_USER: undefined, DB_PASSWORD: undefined, DATABASE_URL })).toEqual([]);
});

test.each([
  ["GOOGLE_CLIENT_ID", "your-google-client-id"],
  ["GOOGLE_CLIENT_SECRET", "your-google-client-secret"],
  ["JWT_SECRET", "your-secure-jwt-secret"],
  ["JWT_SECRET", "your-very-secure-random-secret"],
  ["JWT_SECRET", "your-secure-jwt-secret-of-at-least-32-bytes"],
])("S24 %s: the example value is refused by name", (name, value) => {
  expect(single({ [name]: value })).toMatch(new RegExp(`^${name}: is the example value[^\n]*$`));
});

test("every value of .env.example that must be changed is refused as it stands", async () => {
  const example = await Bun.file(`${import.meta.dirname}/../../.env.example`).text();
  const named = problems({ env: { NODE_ENV: "production" }, dotEnv: example }).map(
    (line) => line.split(":")[0],
  );
  expect(named).toEqual(expect.arrayContaining(["JWT_SECRET", "GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET"]));
});

test.each([
  "GOOGLE_AUTH_URL",
  "GOOGLE_TOKEN_URL",
  "GOOGLE_TOKEN_INFO_URL",
  "GOOGLE_USERINFO_URL",
  "GOOGLE_CERTS_URL",
])("production refuses a local Google as %s", (name) => {
  for (const url of ["http://localhost:8001/x", "http://127.0.0.1:8001/x", "https://[::1]/x"]) {
    expect(production({ [name]: url })).toEqual([expect.stringContaining("refused in production")]);
  }
});

test("production refuses a local Google from config.yml too", () => {
  const yaml = "oauth:\n  google_token_info_url: http://localhost:8001/tokeninfo\n";
  expect(problems({ env: PRODUCTION, yaml })).toEqual([expect.stringContaining("refused in production")]);
});

test.each([
  ["HS256", 32],
  ["HS384", 48],
  ["HS512", 64],
])("S24 %s needs a secret of %i bytes", (JWT_ALGORITHM, bytes) => {
  const enough = STRONG_SECRET.slice(0, bytes);
  expect(production({ JWT_ALGORITHM, JWT_SECRET: enough })).toEqual([]);
  expect(production({ JWT_ALGORITHM, JWT_SECRET: enough.slice(1) })).toEqual([
    `JWT_SECRET: ${JWT_ALGORITHM} needs ${bytes} bytes or more, this one has ${bytes - 1}`,
  ]);
});

test("S24 a secret's length counts in bytes", () => {
  expect(production({ JWT_SECRET: "äöüßéèêëçñøåœæþðàìîïûÿ" })).toEqual([]);
});

test.each(["a".repeat(64), "ab".repeat(40), "1234567".repeat(10)])(
  "S24 %s is long and yet no secret",
  (JWT_SECRET) => {
    expect(single({ JWT_SECRET })).toMatch(/^JWT_SECRET: too regular[^\n]*$/);
  },
);

test("S24 the previous secret is held to the same rules", () => {
  expect(production({ JWT_SECRET_PREVIOUS: "short" })).toEqual([
    "JWT_SECRET_PREVIOUS: HS256 needs 32 bytes or more, this one has 5",
  ]);
});

test.each([
  "change-me-1 change-me-1 change-me-1",
  "password123password123password123",
  "0123456789abcdef0123456789abcdef",
  "abcdefghijklmnopqrstuvwxyz0123456789",
  "qwertyuiopasdfghjklzxcvbnm1234567890",
  "2024-01-15 1999-12-31 1987-06-24",
])("S24 %s has enough bytes and can be guessed: refused by its name, not quoted", (secret) => {
  for (const name of ["JWT_SECRET", "JWT_SECRET_PREVIOUS"])
    expect(production({ [name]: secret })).toEqual([
      `${name}: can be guessed, for it is made of words, names or patterns; make one with \`openssl rand -hex 32\``,
    ]);
});

test("development takes a secret that can be guessed", () => {
  expect(problems({ env: { JWT_SECRET: "password123password123password123" } })).toEqual([]);
});

test.each(["accounts2024", "database-password", "hunter2"])(
  "a database password that can be guessed is a warning without it: %s",
  (password) => {
    const warnings = (env: Record<string, string>) =>
      load({ env: { ...PRODUCTION, ...env } }).warnings.filter((line) => line.includes("can be guessed"));
    expect(warnings({ DB_PASSWORD: password })).toEqual([
      "DB_PASSWORD: can be guessed; give the role another, for example from `openssl rand -hex 24`",
    ]);
    expect(warnings({ DATABASE_URL: `postgresql://accounts:${password}@localhost/accounts` })).toEqual([
      "DATABASE_URL: its password can be guessed; give the role another, for example from `openssl rand -hex 24`",
    ]);
    expect(warnings({ DB_PASSWORD: password, NODE_ENV: "development" })).toEqual([]);
  },
);

test.each(["ES256", "EdDSA", "RS256"])("%s asks for a private key instead of a secret", (JWT_ALGORITHM) => {
  expect(production({ JWT_ALGORITHM })).toEqual([
    `JWT_PRIVATE_KEY: missing (${JWT_ALGORITHM} signs with it)`,
  ]);
  expect(production({ JWT_ALGORITHM, JWT_SECRET: undefined, JWT_PRIVATE_KEY: "PEM" })).toEqual([]);
});

test("a private key in a file that is not there is named", () => {
  const lines = production({ JWT_ALGORITHM: "ES256", JWT_PRIVATE_KEY_FILE: "no/such/key.pem" });
  expect(lines).toContain("JWT_PRIVATE_KEY_FILE: cannot be read (ENOENT)");
});

test("no problem quotes a secret", () => {
  const secrets = {
    JWT_SECRET: "sesame1",
    DB_PASSWORD: "sesame2",
    GOOGLE_CLIENT_SECRET: "your-google-client-secret",
  };
  const DATABASE_URL = "mysql://root:sesame3@host/x";
  const text = production({ ...secrets, DATABASE_URL, JWT_SECRET_PREVIOUS: "sesame4" }).join("\n");
  expect(text).not.toContain("sesame");
});
