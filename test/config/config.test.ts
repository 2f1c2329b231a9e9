import { describe, expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { loadConfig, loadDatabaseConfig } from "../../src/config/config";
import { inFolder, load, PRODUCTION, problem, problems } from "./support";

const postgres = (env: Record<string, string>, yaml?: string) =>
  load({ env, ...(yaml === undefined ? {} : { yaml }) }).database;

describe("nothing set at all", () => {
  test("is development, with an embedded database, a secret of its own and the local Google", () => {
    const config = load();
    expect(config).toMatchObject({
      mode: "development",
      database: { kind: "embedded", dataDir: config.dataDir },
      security: {
        algorithm: "HS256",
        current: null,
        accepted: [],
        refreshTokens: { current: null, accepted: [], derivedAccepted: true },
        audience: "robotouille",
        accessTokenExpirySeconds: 3_600,
        refreshTokenExpirySeconds: 30 * 86_400,
        refreshReuseGraceSeconds: 60,
        sessionMaxSeconds: 365 * 86_400,
      },
      google: { local: true },
      server: {
        host: "0.0.0.0",
        port: 8000,
        debug: false,
        logLevel: "info",
        corsOrigins: [],
        explorer: true,
        trustedProxies: [],
      },
      limits: { enabled: true },
    });
    expect(config.dataDir).toEndWith("/data");
    expect(config.logDir).toEndWith("/logs");
  });

  test("leaves Google's own endpoints in place", () => {
    expect(load().google.endpoints).toEqual({
      auth: "https://accounts.google.com/o/oauth2/v2/auth",
      token: "https://oauth2.googleapis.com/token",
      tokenInfo: "https://oauth2.googleapis.com/tokeninfo",
      userinfo: "https://openidconnect.googleapis.com/v1/userinfo",
      certs: "https://www.googleapis.com/oauth2/v3/certs",
    });
  });

  test("is what the config.yml of the repository says, too", async () => {
    const yaml = await Bun.file(`${import.meta.dirname}/../../config.yml`).text();
    const { dataDir, logDir, database, ...shipped } = load({ yaml });
    const { dataDir: _, logDir: __, database: ___, ...defaults } = load();
    expect(shipped).toEqual(defaults);
    expect(database.kind).toBe("embedded");
  });
});

describe("precedence", () => {
  test("the environment wins over .env, .env over config.yml, config.yml over the defaults", () => {
    const yaml = "server: {port: 1001}\n";
    const dotEnv = "SERVER_PORT=1002\n";
    expect(load({}).server.port).toBe(8000);
    expect(load({ yaml }).server.port).toBe(1001);
    expect(load({ yaml, dotEnv }).server.port).toBe(1002);
    expect(load({ yaml, dotEnv, env: { SERVER_PORT: "1003" } }).server.port).toBe(1003);
  });

  test("an empty variable is not set", () => {
    expect(load({ yaml: "server: {port: 1001}", env: { SERVER_PORT: "" } }).server.port).toBe(1001);
  });

  test("every variable of the contract is heard", () => {
    const config = load({
      env: {
        DB_HOST: "db.example",
        DB_PORT: "6432",
        DB_NAME: "players",
        DB_USER: "accounts",
        DB_PASSWORD: "p@ss word",
        JWT_SECRET: "0123456789abcdef0123456789abcdef0123456789abcdef",
        JWT_ALGORITHM: "HS384",
        ACCESS_TOKEN_EXPIRY_MINUTES: "5",
        REFRESH_TOKEN_EXPIRY_DAYS: "7",
        GOOGLE_CLIENT_ID: "id",
        GOOGLE_CLIENT_SECRET: "secret",
        GOOGLE_AUTH_URL: "http://localhost:1/auth",
        GOOGLE_TOKEN_URL: "http://localhost:1/token",
        GOOGLE_TOKEN_INFO_URL: "http://localhost:1/tokeninfo",
        GOOGLE_USERINFO_URL: "http://localhost:1/userinfo",
        GOOGLE_CERTS_URL: "http://localhost:1/certs",
        SERVER_HOST: "127.0.0.1",
        SERVER_PORT: "9000",
        DEBUG: "true",
        LOG_LEVEL: "WARNING",
        LOG_DIR: "/var/log/accounts",
        EMBEDDED_DATA_DIR: "/var/lib/accounts",
        RATE_LIMIT: "off",
      },
    });
    expect(config).toMatchObject({
      database: {
        kind: "postgres",
        host: "db.example",
        port: 6432,
        database: "players",
        user: "accounts",
        password: "p@ss word",
      },
      security: { algorithm: "HS384", accessTokenExpirySeconds: 300, refreshTokenExpirySeconds: 7 * 86_400 },
      google: {
        local: false,
        clientIds: ["id"],
        clientSecret: "secret",
        endpoints: {
          auth: "http://localhost:1/auth",
          token: "http://localhost:1/token",
          tokenInfo: "http://localhost:1/tokeninfo",
          userinfo: "http://localhost:1/userinfo",
          certs: "http://localhost:1/certs",
        },
      },
      server: { host: "127.0.0.1", port: 9000, debug: true, logLevel: "warn" },
      logDir: "/var/log/accounts",
      dataDir: "/var/lib/accounts",
      limits: { enabled: false },
    });
  });

  test("every section of config.yml is heard", () => {
    const config = load({
      env: { DB_USER: "accounts", GOOGLE_CLIENT_ID: "id", GOOGLE_CLIENT_SECRET: "secret" },
      yaml: `
database: {host: db.example, port: 6432, database: players}
security:
  jwt_algorithm: HS512
  access_token_expiry_minutes: 5
  refresh_token_expiry_days: 7
  refresh_reuse_grace_seconds: 30
  session_max_days: 90
oauth:
  google_token_info_url: https://google.example/tokeninfo
  additional_client_ids: [phone, desktop]
server:
  host: 127.0.0.1
  port: 9000
  debug: true
  log_level: DEBUG
  explorer: false
  cors_origins: ["https://game.example", "http://localhost:5173"]
  trusted_proxies: [10.0.0.0/8, "::1", 192.0.2.1]
`,
    });
    expect(config).toMatchObject({
      database: { host: "db.example", port: 6432, database: "players" },
      security: {
        algorithm: "HS512",
        accessTokenExpirySeconds: 300,
        refreshTokenExpirySeconds: 7 * 86_400,
        refreshReuseGraceSeconds: 30,
        sessionMaxSeconds: 90 * 86_400,
      },
      google: {
        clientIds: ["id", "phone", "desktop"],
        endpoints: { tokenInfo: "https://google.example/tokeninfo" },
      },
      server: {
        corsOrigins: ["https://game.example", "http://localhost:5173"],
        trustedProxies: ["10.0.0.0/8", "::1", "192.0.2.1"],
        logLevel: "debug",
        explorer: false,
      },
    });
  });

  test.each(["", "# only a comment\n", "database:\nsecurity:\noauth:\nserver:\n"])(
    "a config.yml that sets nothing changes nothing: %j",
    (yaml) => {
      expect(load({ yaml }).server.port).toBe(8000);
    },
  );

  test("debug brings debug lines unless a level is set", () => {
    expect(load({ env: { DEBUG: "1" } }).server.logLevel).toBe("debug");
    expect(load({ env: { DEBUG: "1", LOG_LEVEL: "ERROR" } }).server.logLevel).toBe("error");
  });
});

describe("which database", () => {
  test.each(["DB_USER", "DB_PASSWORD", "DB_NAME", "DB_HOST", "DB_PORT"])(
    "%s alone means PostgreSQL",
    (name) => {
      expect(postgres({ DB_USER: "accounts", [name]: "1234" }).kind).toBe("postgres");
    },
  );

  test("the seed's three variables are enough", () => {
    const env = { DB_USER: "oauth_user", DB_PASSWORD: "pw", DB_NAME: "oauth_db" };
    expect(postgres(env)).toEqual({
      kind: "postgres",
      host: "localhost",
      port: 5432,
      database: "oauth_db",
      user: "oauth_user",
      password: "pw",
      poolSize: 10,
    });
  });

  test("a DATABASE_URL wins over the single variables, and its parts are decoded", () => {
    const DATABASE_URL = "postgres://us%40er:p%3Aw%2F@db.example:6432/my%20db?sslmode=require";
    expect(postgres({ DATABASE_URL, DB_HOST: "other", DB_USER: "other" })).toEqual({
      kind: "postgres",
      host: "db.example",
      port: 6432,
      database: "my db",
      user: "us@er",
      password: "p:w/",
      sslmode: "require",
      poolSize: 10,
    });
  });

  test("a DATABASE_URL may name a socket", () => {
    expect(postgres({ DATABASE_URL: "postgresql://u@localhost/db?host=/run/postgresql" })).toMatchObject({
      host: "/run/postgresql",
    });
  });

  test("config.yml alone does not leave the embedded database", () => {
    expect(postgres({}, "database: {host: db.example}").kind).toBe("embedded");
  });

  test("tools that need the database alone are not stopped by anything else", () => {
    const env = { NODE_ENV: "production", DB_USER: "accounts", DB_PASSWORD: "x" };
    const database = inFolder((cwd) => loadDatabaseConfig({ cwd, env }));
    expect(database).toMatchObject({ kind: "postgres", user: "accounts" });
  });
});

describe("what is refused", () => {
  test("every problem is told at once", () => {
    const lines = problems({
      env: { SERVER_PORT: "http", DB_PORT: "70000", LOG_LEVEL: "loud", JWT_ALGORITHM: "none", DB_HOST: "db" },
      yaml: "server: {prot: 1, port: true}\nsecurty: {}\nsecurity: {jwt_algorithm: MD5}\n",
    });
    const named = lines.map((line) =>
      line
        .split(": ")
        .slice(0, line.startsWith("config.yml") ? 2 : 1)
        .join(": "),
    );
    expect(named.sort()).toEqual([
      "DB_PORT",
      "DB_USER",
      "JWT_ALGORITHM",
      "LOG_LEVEL",
      "SERVER_PORT",
      "config.yml: security.jwt_algorithm",
      "config.yml: securty",
      "config.yml: server.port",
      "config.yml: server.prot",
    ]);
  });

  test.each([
    ["an unknown section", "servers: {}", "config.yml: servers: unknown setting"],
    ["an unknown key", "server: {prot: 1}", "config.yml: server.prot: unknown setting"],
    [
      "a key of another section",
      "server: {jwt_algorithm: HS256}",
      "config.yml: server.jwt_algorithm: unknown setting",
    ],
    ["a secret in the file", "security: {jwt_secret: x}", "config.yml: security.jwt_secret: unknown setting"],
    ["a list for a section", "server: []", "config.yml: server: "],
    ["a list at the top", "- server", "config.yml: (top level): "],
    ["a word at the top", "server", "config.yml: (top level): "],
    ["a quoted port", 'server: {port: "8000"}', "config.yml: server.port: "],
    ["a port out of range", "server: {port: 65536}", "config.yml: server.port: "],
    ["a fraction of a port", "server: {port: 80.5}", "config.yml: server.port: "],
    [
      "no minutes",
      "security: {access_token_expiry_minutes: 0}",
      "config.yml: security.access_token_expiry_minutes: ",
    ],
    [
      "a negative grace",
      "security: {refresh_reuse_grace_seconds: -1}",
      "config.yml: security.refresh_reuse_grace_seconds: ",
    ],
    [
      "a grace of a day",
      "security: {refresh_reuse_grace_seconds: 86400}",
      "config.yml: security.refresh_reuse_grace_seconds: ",
    ],
    [
      "an algorithm nobody should use",
      "security: {jwt_algorithm: none}",
      "config.yml: security.jwt_algorithm: ",
    ],
    [
      "a plain-text Google",
      "oauth: {google_certs_url: http://google.example/certs}",
      "config.yml: oauth.google_certs_url: ",
    ],
    ["S54 a wildcard origin", 'server: {cors_origins: ["*"]}', "config.yml: server.cors_origins.0: "],
    [
      "S54 an origin with a path",
      "server: {cors_origins: [https://game.example/]}",
      "config.yml: server.cors_origins.0: ",
    ],
    ["S54 the null origin", 'server: {cors_origins: ["null"]}', "config.yml: server.cors_origins.0: "],
    [
      "a proxy by name",
      "server: {trusted_proxies: [proxy.example]}",
      "config.yml: server.trusted_proxies.0: ",
    ],
    ["text for a flag", "server: {debug: maybe}", "config.yml: server.debug: "],
  ])("%s", (_what, yaml, start) => {
    expect(problem({ yaml })).toStartWith(start);
    expect(problems({ yaml })).toHaveLength(1);
  });

  test("no problem follows from another", () => {
    expect(problems({ env: { ...PRODUCTION, SERVER_PORT: "http" } })).toEqual([
      "SERVER_PORT: must be a number",
    ]);
    const keyPair = { ...PRODUCTION, JWT_SECRET: undefined, JWT_PRIVATE_KEY: "PEM" };
    const yaml = "security: {jwt_algorithm: ES256, session_days: 3}\nservers: {}\n";
    expect(problems({ env: keyPair, yaml }).sort()).toEqual([
      "config.yml: security.session_days: unknown setting",
      "config.yml: servers: unknown setting",
    ]);
  });

  test.each(["server: {port: 1", "server:\n\tport: 1", "a: b: c", "server: {port: 1}\nserver: {port: 2}"])(
    "a config.yml that is no YAML is told by its line: %j",
    (yaml) => {
      expect(problem({ yaml })).toMatch(/^config\.yml: not valid YAML at line \d+/);
    },
  );

  test.each([
    ["SERVER_PORT", "8000x"],
    ["SERVER_PORT", "-1"],
    ["SERVER_PORT", "0x50"],
    ["SERVER_PORT", "1e3"],
    ["DB_PORT", "65536"],
    ["ACCESS_TOKEN_EXPIRY_MINUTES", "0"],
    ["ACCESS_TOKEN_EXPIRY_MINUTES", "never"],
    ["REFRESH_TOKEN_EXPIRY_DAYS", "Infinity"],
    ["JWT_ALGORITHM", "hs256"],
    ["JWT_ALGORITHM", "none"],
    ["DEBUG", "maybe"],
    ["RATE_LIMIT", "sometimes"],
    ["LOG_LEVEL", "loud"],
    ["DATABASE_URL", "mysql://localhost/db"],
    ["DATABASE_URL", "localhost"],
    ["GOOGLE_TOKEN_URL", "http://google.example/token"],
    ["GOOGLE_TOKEN_URL", "ftp://localhost/token"],
    ["SERVER_PUBLIC_URL", "accounts.example"],
  ])("%s cannot be %s", (name, value) => {
    expect(problem({ env: { [name]: value } })).toMatch(new RegExp(`^${name}: [^\n]+$`));
  });

  test("half of Google's credentials is none: development does not fall back to the local Google", () => {
    expect(problems({ env: { GOOGLE_CLIENT_ID: "id" } })).toEqual(["GOOGLE_CLIENT_SECRET: missing"]);
    expect(problems({ env: { GOOGLE_CLIENT_SECRET: "secret" } })).toEqual(["GOOGLE_CLIENT_ID: missing"]);
  });

  test("a config.yml that cannot be read is one problem", () => {
    inFolder((cwd) => {
      mkdirSync(join(cwd, "config.yml"));
      expect(() => loadConfig({ cwd, env: {} })).toThrow("config.yml: cannot be read (EISDIR)");
    });
  });
});

test("nothing can change a configuration once it is read", () => {
  const config = load();
  const frozen = (value: unknown): boolean =>
    typeof value !== "object" ||
    value === null ||
    (Object.isFrozen(value) && Object.values(value).every(frozen));
  expect(frozen(config)).toBe(true);
});

test.each([
  ["true", true],
  ["TRUE", true],
  ["1", true],
  ["yes", true],
  ["on", true],
  ["false", false],
  ["0", false],
  ["No", false],
  ["off", false],
])("a flag of %s is %p", (DEBUG, expected) => {
  expect(load({ env: { DEBUG } }).server.debug).toBe(expected);
});

test.each([
  ["INFO", "info"],
  ["warning", "warn"],
  ["CRITICAL", "fatal"],
  ["Debug", "debug"],
] as const)("the level %s of the old server is %s", (LOG_LEVEL, expected) => {
  expect(load({ env: { LOG_LEVEL } }).server.logLevel).toBe(expected);
});

test("a public URL is kept without the slash at its end, and has no query", () => {
  expect(load({ env: { SERVER_PUBLIC_URL: "https://accounts.example/" } }).server.publicUrl).toBe(
    "https://accounts.example",
  );
  expect(problem({ env: { SERVER_PUBLIC_URL: "https://accounts.example/?x=1" } })).toBe(
    "SERVER_PUBLIC_URL: must have no query or fragment",
  );
});
