import { Elysia, t } from "elysia";
import { ApiError } from "../errors";
import type { ReadContext } from "../http/context";
import { empty } from "../http/empty";
import type { OwnUrl } from "../http/own-url";
import { type AuthorizeServerDeps, authorizeServer } from "../server-keys/authorize-server";
import { discovery } from "./discovery";
import { type IntrospectDeps, introspect } from "./introspect";
import {
  discoveryAnswer,
  introspectAnswer,
  introspectForm,
  oauthErrorResponses,
  revokeForm,
  tokenAnswer,
  tokenForm,
  userinfoAnswer,
} from "./model";
import { type RevokeDeps, revoke } from "./revoke";
import { exchange, publicClient, type TokenDeps } from "./token";
import { type UserinfoDeps, userinfo } from "./userinfo";

export type OAuthRouteDeps = TokenDeps &
  RevokeDeps &
  IntrospectDeps &
  UserinfoDeps &
  AuthorizeServerDeps & { ownUrl: OwnUrl; readContext: ReadContext };

/** A protected resource, while the others are asked by clients and servers. */
export const USERINFO_PATH = "/oauth/userinfo";

/** Whose bodies are forms (RFC 6749 §3.2), and whose errors are OAuth's. */
export const OAUTH_FORMS = [
  "/oauth/token",
  "/oauth/device_authorization",
  "/oauth/revoke",
  "/oauth/introspect",
  USERINFO_PATH,
];

const OPENID_CONFIGURATION = "/.well-known/openid-configuration";
const AUTHORIZATION_SERVER = "/.well-known/oauth-authorization-server";

const userinfoRoute = (operationId: string) => ({
  response: {
    200: userinfoAnswer,
    ...oauthErrorResponses("invalid_token", "insufficient_scope", "use_dpop_nonce", [
      401,
      "invalid_dpop_proof",
    ]),
  },
  detail: {
    security: [{ bearer: [] }],
    operationId,
    summary: "What the player lets the client know",
    description: "OpenID Connect Core §5.3, with an access token whose scope has `openid`.",
  },
});

const discoveryRoute = (operationId: string) => ({
  response: { 200: discoveryAnswer },
  detail: {
    operationId,
    summary: "Where the endpoints are, and what they can do",
    description: "The metadata of RFC 8414 and OpenID Connect Discovery.",
  },
});

/** The server as an authorization server (RFC 6749) and an OpenID provider, over the sessions that games have. */
export function oauthRoutes(deps: OAuthRouteDeps) {
  const { clients, ownUrl, readContext } = deps;
  return new Elysia({ name: "oauth", tags: ["OAuth"] })
    .post(
      "/oauth/token",
      ({ body, request, route, server, set }) =>
        exchange(deps, body, { request, server, set }, readContext({ request, route, server, set })),
      {
        parse: "urlencoded",
        body: tokenForm,
        response: {
          200: tokenAnswer,
          ...oauthErrorResponses(
            "invalid_client",
            "invalid_grant",
            "unsupported_grant_type",
            "invalid_scope",
            "authorization_pending",
            "slow_down",
            "access_denied",
            "expired_token",
            "use_dpop_nonce",
            "invalid_dpop_proof",
            [401, "invalid_client"],
            "client_outdated",
          ),
        },
        detail: {
          operationId: "exchangeToken",
          summary: "Exchange a code, a device code or a refresh token for tokens",
          description:
            "RFC 6749 §4.1.3 and §6, for public clients with PKCE, and RFC 8628 §3.4. A refresh token rotates as at `POST /api/refresh`. A code serves once within 60 s; a second use ends the session that it opened. With `Prefer: wait=25` (RFC 7240) a device code is answered in the moment that its player confirms; sent again within a minute it gets the same session.",
        },
      },
    )
    .post(
      "/oauth/revoke",
      async ({ body, request, route, server, set }) => {
        const client = publicClient(clients, body, request.headers);
        const jkt = await deps.dpop.provenKey({ request, server, set });
        await revoke(deps, body.token, { client, jkt }, readContext({ request, route, server, set }));
        return empty();
      },
      {
        parse: "urlencoded",
        body: revokeForm,
        response: {
          200: t.Void({ description: "The token is good for nothing now." }),
          ...oauthErrorResponses("invalid_client", "invalid_grant", "use_dpop_nonce", "invalid_dpop_proof", [
            401,
            "invalid_client",
          ]),
        },
        detail: {
          operationId: "revokeToken",
          summary: "Sign the player out of the client",
          description:
            "RFC 7009: ends the session of a refresh or an access token at once, both kinds of token with it. A token that is dead already is no error.",
        },
      },
    )
    .post(
      "/oauth/introspect",
      async ({ body, request, route, server, set }) => {
        const context = readContext({ request, route, server, set });
        await authorizeServer(deps, request.headers, "introspect", context);
        return introspect(deps, body.token, ownUrl(server?.port));
      },
      {
        parse: "urlencoded",
        body: introspectForm,
        response: {
          200: introspectAnswer,
          ...oauthErrorResponses("invalid_token", "insufficient_scope"),
        },
        detail: {
          security: [{ serverKey: [] }],
          operationId: "introspectToken",
          summary: "Whether a token is good at this moment",
          description: "RFC 7662, for servers of the studio's with a key. After a logout it is not, at once.",
        },
      },
    )
    .get(
      USERINFO_PATH,
      ({ request, server, set }) => userinfo(deps, { request, server, set }),
      userinfoRoute("getUserInfo"),
    )
    .post(
      USERINFO_PATH,
      ({ request, server, set }) => userinfo(deps, { request, server, set }),
      userinfoRoute("postUserInfo"),
    )
    .get(
      OPENID_CONFIGURATION,
      ({ server, set }) => metadata(set, ownUrl(server?.port)),
      discoveryRoute("getOpenIdConfiguration"),
    )
    .get(
      AUTHORIZATION_SERVER,
      ({ server, set }) => metadata(set, ownUrl(server?.port)),
      discoveryRoute("getAuthorizationServerMetadata"),
    )
    .get(
      `${OPENID_CONFIGURATION}/*`,
      ({ path, server, set }) =>
        metadataOf(path.slice(OPENID_CONFIGURATION.length), set, ownUrl(server?.port)),
      { detail: { hide: true } },
    )
    .get(
      `${AUTHORIZATION_SERVER}/*`,
      ({ path, server, set }) =>
        metadataOf(path.slice(AUTHORIZATION_SERVER.length), set, ownUrl(server?.port)),
      { detail: { hide: true } },
    );
}

/** Of an issuer whose address has a path, which then stands behind that of the metadata (RFC 8414 §3.1, §5). */
function metadataOf(issuerPath: string, set: Answering, issuer: string) {
  const { pathname } = new URL(issuer);
  if (pathname === "/" || issuerPath !== pathname) throw new ApiError("not_found");
  return metadata(set, issuer);
}

type Answering = { headers: Record<string, string | number> };

function metadata(set: Answering, issuer: string) {
  set.headers["cache-control"] = "public, max-age=300";
  return discovery(issuer);
}
