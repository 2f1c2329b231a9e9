import { exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";

type Behaviour = (request: Request) => Response | Promise<Response>;
export type SignWith = { alg?: string; key?: CryptoKey; header?: Record<string, unknown> };

/** One question that was asked. */
export type Asked = { path: string; authorization: string | null; form: URLSearchParams };

/**
 * A provider of OpenID Connect whose answers a test decides, one path at a time; what it leaves alone is well-behaved and
 * knows one player, `sub` "hostile-1". Its signing key is the test's.
 */
export type HostileIssuer = {
  origin: string;
  /** Replaces what a path answers until {@link behave}. */
  misbehave(path: string, behaviour: Behaviour): void;
  /** Everything is as it should be again, and no question has been asked. */
  behave(): void;
  /** Since the last {@link behave}. */
  asked(path: string): Asked[];
  /** An id token as it would sign it; undefined takes a claim away. */
  idToken(claims?: Record<string, unknown>, how?: SignWith): Promise<string>;
  /** Publishes these keys instead of its own. */
  publish(keys: JWK[]): void;
  stop(): Promise<void>;
};

const KEY_ID = "hostile-key";
const ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"] as const;

/** @param well what its other paths answer, beside `keysPath`; standard claims come from `claims` */
export async function startHostileIssuer(options: {
  keysPath: string;
  claims(origin: string): Record<string, unknown>;
  well(issuer: HostileIssuer): Record<string, Behaviour>;
}): Promise<HostileIssuer> {
  const pairs = await Promise.all(
    ALGORITHMS.map(async (alg) => [alg, await generateKeyPair(alg, { extractable: true })] as const),
  );
  const keys = new Map<string, CryptoKeyPair>(pairs);
  const jwks = await Promise.all(
    pairs.map(async ([alg, { publicKey }]) => ({
      ...(await exportJWK(publicKey)),
      kid: `${KEY_ID}-${alg}`,
      alg,
      use: "sig",
    })),
  );
  let published: JWK[] = jwks;
  let behaviours = new Map<string, Behaviour>();
  const asked: Asked[] = [];

  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 60,
    async fetch(request) {
      const path = new URL(request.url).pathname;
      const form = new URLSearchParams(request.method === "POST" ? await request.clone().text() : "");
      asked.push({ path, authorization: request.headers.get("authorization"), form });
      if (path === options.keysPath && !behaviours.has(path)) return Response.json({ keys: published });
      const answer = behaviours.get(path) ?? options.well(issuer)[path];
      return answer ? answer(request) : new Response(null, { status: 404 });
    },
  });
  const origin = `http://127.0.0.1:${server.port}`;

  const issuer: HostileIssuer = {
    origin,
    misbehave: (path, behaviour) => void behaviours.set(path, behaviour),
    behave() {
      behaviours = new Map();
      published = jwks;
      asked.length = 0;
    },
    asked: (path) => asked.filter((question) => question.path === path),
    idToken(claims = {}, { alg = "RS256", key, header = {} } = {}) {
      const now = Math.floor(Date.now() / 1_000);
      const all = {
        sub: "hostile-1",
        email: "hostile@players.example",
        email_verified: true,
        iat: now,
        exp: now + 3_600,
        jti: crypto.randomUUID(),
        ...options.claims(origin),
        ...claims,
      };
      const signingKey = key ?? keys.get(alg)?.privateKey;
      if (!signingKey) throw new TypeError(`no key for ${alg}`);
      return new SignJWT(JSON.parse(JSON.stringify(all)))
        .setProtectedHeader({ alg, kid: `${KEY_ID}-${alg}`, typ: "JWT", ...header })
        .sign(signingKey);
    },
    publish: (other) => {
      published = other;
    },
    stop: () => server.stop(true),
  };
  return issuer;
}
