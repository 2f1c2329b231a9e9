import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { createPublicKey, generateKeyPairSync, randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from "jose";
import { loadConfig } from "../../src/config/config";
import { loadKeyRing } from "../../src/session/keys";
import { forge } from "../support/access-tokens";
import { refresh, refreshed, signIn } from "../support/players";
import { rejection } from "../support/rejection";
import { bearer, expectError, get, post } from "../support/requests";
import { startTestServer } from "../support/server";
import { onEmbedded } from "../support/suite";

type Environment = Record<string, string>;

const pem = (type: "ec" | "rsa" | "ed25519", options: object = {}) =>
  generateKeyPairSync(type as "ec", {
    ...(options as { namedCurve: string }),
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  }).privateKey;

const PEMS: Record<string, string> = {
  ES256: pem("ec", { namedCurve: "P-256" }),
  EdDSA: pem("ed25519"),
  RS256: pem("rsa", { modulusLength: 2048 }),
};
const secret = () => randomBytes(64).toString("hex");
const JWT = secret();

/** The environment under which an algorithm signs, with a fresh secret for HMAC. */
const signingWith = (algorithm: string): Environment => ({
  JWT_ALGORITHM: algorithm,
  ...(algorithm.startsWith("HS") ? { JWT_SECRET: secret() } : { JWT_PRIVATE_KEY: PEMS[algorithm]! }),
});

/** The same, as the key before the current one. */
const previously = (env: Environment): Environment =>
  Object.fromEntries(Object.entries(env).map(([name, value]) => [`${name}_PREVIOUS`, value]));

onEmbedded((at) => {
  /** A server over the suite's database with keys of its own, for the length of one test. */
  const withKeys = async (
    env: Environment,
    work: (server: Awaited<ReturnType<typeof startTestServer>>) => Promise<void>,
  ) => {
    const server = await startTestServer({ database: at.server.database, env: { JWT_SECRET: "", ...env } });
    try {
      await work(server);
    } finally {
      await server.stop();
    }
  };

  test.each(["HS256", "HS384", "HS512", "ES256", "EdDSA", "RS256"])(
    "%s signs, verifies and refreshes",
    async (algorithm) => {
      await withKeys(signingWith(algorithm), async (server) => {
        const session = await refreshed(server, await signIn(server));
        expect(decodeProtectedHeader(session.access_token)).toMatchObject({ alg: algorithm, typ: "at+jwt" });
        expect((await get(server, "/api/me", bearer(session))).status).toBe(200);
      });
    },
  );

  test.each(["ES256", "EdDSA", "RS256"])(
    "%s: anybody can verify our tokens by jwks.json",
    async (algorithm) => {
      await withKeys(signingWith(algorithm), async (server) => {
        const session = await signIn(server);
        const { body, headers } = await get(server, "/.well-known/jwks.json");
        expect(headers.get("cache-control")).toBe("public, max-age=300");
        expect(body.keys[0]).toMatchObject({ alg: algorithm, use: "sig" });
        for (const secretMember of ["d", "p", "q", "dp", "dq", "qi", "k"]) {
          expect(body.keys[0]).not.toHaveProperty(secretMember);
        }
        const { payload } = await jwtVerify(
          session.access_token,
          createLocalJWKSet(body as unknown as JSONWebKeySet),
          {
            algorithms: [algorithm],
            issuer: server.origin.replace("127.0.0.1", "localhost"),
            audience: "robotouille",
            typ: "at+jwt",
          },
        );
        expect(payload.sub).toBe(String(session.user.id));
      });
    },
  );

  test("jwks.json tells nothing of a shared secret: it has the public keys of id tokens alone", async () => {
    const session = await signIn(at.server);
    const { body } = await get(at.server, "/.well-known/jwks.json");
    expect(body.keys.length).toBeGreaterThan(0);
    const members = body.keys.flatMap((key) => Object.keys(key));
    expect([...new Set(members)].sort()).toEqual(["alg", "crv", "kid", "kty", "use", "x", "y"]);
    expect(body.keys.map(({ kid }) => kid)).not.toContain(decodeProtectedHeader(session.access_token).kid);
  });

  test.each([
    ["a secret", "HS256", "HS256"],
    ["a secret, of another length", "HS256", "HS512"],
    ["a key pair", "ES256", "ES256"],
    ["a secret for a key pair", "HS256", "EdDSA"],
    ["a key pair for a secret", "RS256", "HS256"],
  ])("%s rotates without a logout (%s → %s)", async (_what, before, after) => {
    const old = signingWith(before);
    const renewed = signingWith(after);
    let session = {} as Awaited<ReturnType<typeof signIn>>;
    await withKeys(old, async (server) => {
      session = await signIn(server);
    });
    await withKeys({ ...renewed, ...previously(old) }, async (server) => {
      expect((await get(server, "/api/me", bearer(session))).status).toBe(200);
      session = await refreshed(server, session);
      expect(decodeProtectedHeader(session.access_token).alg).toBe(after);
    });
    await withKeys(renewed, async (server) => {
      expect((await get(server, "/api/me", bearer(session))).status).toBe(200);
      await refreshed(server, session);
    });
  });

  test("jwks.json has the previous key too", async () => {
    const previous = previously(signingWith("EdDSA"));
    await withKeys({ ...signingWith("ES256"), ...previous }, async (server) => {
      const { body } = await get(server, "/.well-known/jwks.json");
      expect(body.keys.slice(0, 2).map(({ alg }) => alg)).toEqual(["ES256", "EdDSA"]);
    });
  });

  describe.each<[string, () => Environment]>([
    ["the access tokens' secret", () => signingWith("HS256")],
    ["a secret of its own", () => ({ ...signingWith("HS256"), REFRESH_TOKEN_SECRET: secret() })],
  ])("a refresh token under %s, at a server that lacks it", (_what, environment) => {
    const elsewhere = environment();
    let session: Awaited<ReturnType<typeof signIn>>;
    beforeEach(async () => {
      await withKeys(elsewhere, async (server) => {
        session = await signIn(server);
      });
    });

    test("is a 503 while its session lives, at a refresh and at a logout, and a line names the setting", async () => {
      await withKeys(environment(), async (server) => {
        for (const path of ["/api/refresh", "/api/logout"]) {
          const answer = await post(server, path, { refresh_token: session.refresh_token });
          expectError(answer, "temporarily_unavailable");
          expect(answer.headers.get("retry-after")).toBe("5");
        }
        expect((await server.logLines()).at(-1)).toMatchObject({
          event: "request_failed",
          cause: "unknown_key",
          setting: "REFRESH_TOKEN_SECRET",
        });
        expectError(await get(server, "/api/me", bearer(session)), "invalid_token");
      });
      await withKeys(elsewhere, async (server) => {
        await refreshed(server, session);
      });
    });

    test("is dead once its session was signed out", async () => {
      await withKeys(elsewhere, async (server) => {
        await post(server, "/api/logout", { refresh_token: session.refresh_token });
      });
      await withKeys(environment(), async (server) => {
        expectError(await refresh(server, session), "invalid_grant");
        expect((await post(server, "/api/logout", { refresh_token: session.refresh_token })).status).toBe(
          200,
        );
      });
    });

    test("is dead once its session was idle for too long", async () => {
      await withKeys(environment(), async (server) => {
        server.clock.advance(31 * 86_400);
        expectError(await refresh(server, session), "invalid_grant");
      });
    });
  });

  test("jwks.json has the key to come, before it signs", async () => {
    const next = Object.fromEntries(
      Object.entries(signingWith("EdDSA")).map(([name, value]) => [`${name}_NEXT`, value]),
    );
    await withKeys({ ...signingWith("ES256"), ...next }, async (server) => {
      const { body } = await get(server, "/.well-known/jwks.json");
      expect(body.keys.slice(0, 2).map(({ alg }) => alg)).toEqual(["ES256", "EdDSA"]);
      expect(decodeProtectedHeader((await signIn(server)).access_token).alg).toBe("ES256");
    });
  });

  test("the audience is a setting, and a token for another is refused", async () => {
    let session = {} as Awaited<ReturnType<typeof signIn>>;
    await withKeys({ JWT_SECRET: JWT, JWT_AUDIENCE: "kitchen" }, async (server) => {
      session = await signIn(server);
      expect(decodeJwt(session.access_token).aud).toBe("kitchen");
      expect((await get(server, "/api/me", bearer(session))).status).toBe(200);
    });
    await withKeys({ JWT_SECRET: JWT }, async (server) => {
      expectError(await get(server, "/api/me", bearer(session)), "invalid_token");
      await refreshed(server, session);
    });
  });

  test("a public key is no HMAC secret", async () => {
    const { RS256 = "" } = PEMS;
    await withKeys({ JWT_ALGORITHM: "RS256", JWT_PRIVATE_KEY: RS256 }, async (server) => {
      const session = await signIn(server);
      const { body } = await get(server, "/.well-known/jwks.json");
      const key = new TextEncoder().encode(JSON.stringify(body.keys[0]));
      const token = await forge(session.access_token, { header: { alg: "HS256" }, key });
      expectError(await get(server, "/api/me", bearer(token)), "invalid_token");
    });
  });

  test("a PEM with written-out line ends, as a .env has it, is read", async () => {
    const env = { JWT_ALGORITHM: "ES256", JWT_PRIVATE_KEY: PEMS.ES256!.replaceAll("\n", "\\n") };
    await withKeys(env, async (server) => {
      await signIn(server);
    });
  });
});

describe("the secret that development makes", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "account-server-keys-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const load = (dataDir: string) => loadKeyRing(loadConfig({ cwd: folder, env: {} }).security, dataDir);

  test("is made once, long, and for its user alone", async () => {
    const dataDir = join(folder, "once");
    const [first] = await load(dataDir);
    const [second] = await load(dataDir);
    expect(second.id).toBe(first.id);
    expect(readdirSync(dataDir)).toEqual(["jwt-secret"]);
    expect(statSync(join(dataDir, "jwt-secret")).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(dataDir, "jwt-secret"), "utf8")).toMatch(/^[0-9a-f]{128}$/);
  });

  test("is the same for processes that start together", async () => {
    const dataDir = join(folder, "together");
    const rings = await Promise.all(Array.from({ length: 8 }, () => load(dataDir)));
    expect(new Set(rings.map(([key]) => key.id)).size).toBe(1);
  });

  test("is another in another folder", async () => {
    const [[one], [other]] = await Promise.all([load(join(folder, "a")), load(join(folder, "b"))]);
    expect(one.id).not.toBe(other.id);
  });

  test("is not made where a secret is configured", async () => {
    const dataDir = join(folder, "configured");
    await loadKeyRing(loadConfig({ cwd: folder, env: { JWT_SECRET: secret() } }).security, dataDir);
    expect(existsSync(dataDir)).toBe(false);
  });
});

describe("a private key that does not fit its algorithm", () => {
  const refuse = (env: Environment) =>
    rejection(loadKeyRing(loadConfig({ cwd: tmpdir(), env }).security, ""));

  test.each([
    ["ES256", "RS256"],
    ["ES256", "EdDSA"],
    ["EdDSA", "ES256"],
    ["RS256", "ES256"],
  ])("is refused in one sentence: %s with a key for %s", async (algorithm, other) => {
    const { message } = await refuse({ JWT_ALGORITHM: algorithm, JWT_PRIVATE_KEY: PEMS[other]! });
    expect(message).toContain(`JWT_PRIVATE_KEY: not a PEM private key that ${algorithm} can sign with`);
  });

  test("is refused when it is on another curve", async () => {
    const env = { JWT_ALGORITHM: "ES256", JWT_PRIVATE_KEY: pem("ec", { namedCurve: "P-384" }) };
    expect((await refuse(env)).message).toContain("not a PEM private key that ES256 can sign with");
  });

  test("is refused when it is a public key or no key, and not quoted", async () => {
    const publicPem = createPublicKey(PEMS.ES256!).export({ type: "spki", format: "pem" }).toString();
    for (const text of [
      "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----",
      "sesame",
      publicPem,
    ]) {
      const { message } = await refuse({ JWT_ALGORITHM: "ES256", JWT_PRIVATE_KEY: text });
      expect(message).toStartWith("JWT_PRIVATE_KEY: not a PEM");
      expect(message).not.toMatch(/sesame|c2Vj/);
    }
  });

  test("is refused when RSA is too short", async () => {
    const env = { JWT_ALGORITHM: "RS256", JWT_PRIVATE_KEY: pem("rsa", { modulusLength: 1024 }) };
    expect((await refuse(env)).message).toContain("2048 bits");
  });
});
