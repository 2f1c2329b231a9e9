import type { Config } from "../../src/config/config";
import { startHostileIssuer } from "./hostile-issuer";

export const OPENID_CLIENT = "our-game";

/** The paths of the hostile issuer, each of which a test may let misbehave. */
export const PATHS = {
  discovery: "/.well-known/openid-configuration",
  token: "/token",
  userinfo: "/userinfo",
  keys: "/keys",
} as const;

/** A hostile OpenID issuer; `metadata` replaces members of its discovery document. */
export function startHostileOpenId(metadata: Record<string, unknown> = {}) {
  return startHostileIssuer({
    keysPath: PATHS.keys,
    claims: (origin) => ({ iss: origin, aud: OPENID_CLIENT, name: "Hostile Player", given_name: "Hostile" }),
    well: (issuer) => ({
      [PATHS.discovery]: () => Response.json({ ...discoveryOf(issuer.origin), ...metadata }),
      [PATHS.token]: async () =>
        Response.json({ access_token: "at-1", token_type: "Bearer", id_token: await issuer.idToken() }),
      [PATHS.userinfo]: () => Response.json({ sub: "hostile-1", given_name: "Asked" }),
    }),
  });
}

export function discoveryOf(origin: string): Record<string, unknown> {
  return {
    issuer: origin,
    authorization_endpoint: `${origin}/authorize?tenant=7`,
    token_endpoint: origin + PATHS.token,
    userinfo_endpoint: origin + PATHS.userinfo,
    jwks_uri: origin + PATHS.keys,
    response_types_supported: ["code"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["RS256", "PS256", "ES256", "EdDSA", "HS256", "none"],
    token_endpoint_auth_methods_supported: ["client_secret_post", "client_secret_basic"],
  };
}

/** A configuration that knows these issuers, by the id of each. */
export function withIssuers(
  config: Config,
  issuers: Record<string, { origin: string; clientSecret?: string | null; clientId?: string }>,
): Config {
  return {
    ...config,
    openid: {
      local: false,
      issuers: Object.entries(issuers).map(
        ([id, { origin, clientSecret = "s3cret", clientId = OPENID_CLIENT }]) => ({
          id,
          issuer: origin,
          clientId,
          clientSecret,
          name: id,
          scope: "openid profile email",
        }),
      ),
    },
  };
}
