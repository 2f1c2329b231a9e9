import { exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";
import { CLIENT_ID } from "./server";

type Endpoint = "token" | "tokenInfo" | "userinfo" | "certs";
type Behaviour = (request: Request) => Response | Promise<Response>;

/**
 * A Google whose answers a test decides, one endpoint at a time; those it leaves alone are well-behaved and
 * know one player, `sub` "hostile-1". Its signing key is the test's.
 */
export type HostileGoogle = {
  urls: Record<Endpoint | "auth", string>;
  /** Replaces an endpoint's answers until {@link behave}. */
  misbehave(endpoint: Endpoint, behaviour: Behaviour): void;
  /** Everything is as it should be again, and no request has been seen. */
  behave(): void;
  /** What was asked since the last {@link behave}. */
  requests: { endpoint: string; url: string; authorization: string | null }[];
  asked(endpoint: Endpoint): number;
  /** An id token as Google would sign it, with some claims or header members changed; undefined takes one away. */
  idToken(
    claims?: Record<string, unknown>,
    header?: Record<string, unknown>,
    key?: CryptoKey,
  ): Promise<string>;
  /** Publishes this key instead of its own. */
  publish(keys: JWK[]): void;
  stop(): Promise<void>;
};

const KEY_ID = "hostile-key";

export async function startHostileGoogle(): Promise<HostileGoogle> {
  const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: KEY_ID, alg: "RS256", use: "sig" };
  const player = { sub: "hostile-1", email: "hostile@players.example", email_verified: true };
  let published: JWK[] = [jwk];
  let behaviours = new Map<string, Behaviour>();
  const requests: HostileGoogle["requests"] = [];

  const wellBehaved: Record<Endpoint, Behaviour> = {
    token: async () =>
      Response.json({ access_token: "ya29.x", id_token: await idToken(), token_type: "Bearer" }),
    tokenInfo: () =>
      Response.json({
        ...player,
        email_verified: "true",
        aud: CLIENT_ID,
        azp: CLIENT_ID,
        scope: "openid email profile",
        expires_in: "3599",
      }),
    userinfo: () => Response.json({ ...player, given_name: "Hostile", name: "Hostile Player" }),
    certs: () => Response.json({ keys: published }),
  };

  const idToken: HostileGoogle["idToken"] = (claims = {}, header = {}, key = privateKey) => {
    const now = Math.floor(Date.now() / 1_000);
    const all = {
      iss: "https://accounts.google.com",
      aud: CLIENT_ID,
      azp: CLIENT_ID,
      iat: now,
      exp: now + 3_600,
      jti: crypto.randomUUID(),
      given_name: "Hostile",
      ...player,
      ...claims,
    };
    return new SignJWT(JSON.parse(JSON.stringify(all)))
      .setProtectedHeader({ alg: "RS256", kid: KEY_ID, typ: "JWT", ...header })
      .sign(key);
  };

  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 60,
    fetch(request) {
      const endpoint = new URL(request.url).pathname.slice(1) as Endpoint;
      const { url, headers } = request;
      requests.push({ endpoint, url, authorization: headers.get("authorization") });
      const answer = behaviours.get(endpoint) ?? wellBehaved[endpoint];
      return answer ? answer(request) : new Response(null, { status: 404 });
    },
  });
  const url = (endpoint: string) => `http://127.0.0.1:${server.port}/${endpoint}`;

  return {
    urls: {
      auth: url("auth"),
      token: url("token"),
      tokenInfo: url("tokenInfo"),
      userinfo: url("userinfo"),
      certs: url("certs"),
    },
    misbehave: (endpoint, behaviour) => void behaviours.set(endpoint, behaviour),
    behave() {
      behaviours = new Map();
      published = [jwk];
      requests.length = 0;
    },
    requests,
    asked: (endpoint) => requests.filter((request) => request.endpoint === endpoint).length,
    idToken,
    publish: (keys) => {
      published = keys;
    },
    stop: () => server.stop(true),
  };
}
