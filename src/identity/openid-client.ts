import {
  type AuthorizationServer,
  allowInsecureRequests,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  customFetch,
  genericTokenEndpointRequest,
  None,
  userInfoRequest,
} from "oauth4webapi";
import type { Clock } from "../clock";
import type { OpenIdIssuer } from "../config/config";
import { isLoopback } from "../config/fields";
import { personOf } from "./claims";
import { codeRefusal } from "./client-refusal";
import { verifyIdToken } from "./id-token";
import { publishedKeys } from "./jwks";
import { Discovery } from "./openid-discovery";
import { openIdFetch } from "./openid-fetch";
import type { AuthorizationUrlParameters, CodeGrant, Fetch, Profile, VerifiedIdentity } from "./provider";
import { createProviderApi } from "./provider-api";
import { refusal } from "./refusals";
import { type Deadline, startDeadline } from "./sign-in-deadline";

/** Signatures of a key pair, in JSON Web Algorithms (RFC 7518 §3.1, RFC 8037, RFC 9864). */
const ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA", "Ed25519"];
/** Where an issuer does not say (OpenID Connect Discovery §3). */
const STANDARD_ALGORITHMS = ["RS256"];
const STANDARD_METHODS = ["client_secret_basic"];

/** This server as the client of one OpenID Connect issuer. With `Discovery` the only user of oauth4webapi. */
export type OpenIdClient = {
  /** @throws {ApiError} provider_unavailable_now */
  authorizationUrl(parameters: AuthorizationUrlParameters): Promise<string>;
  /** The code of an answer; null for none, and for another issuer's (RFC 9207 §2.4). @throws {ApiError} provider_unavailable_now */
  codeIn(answer: URLSearchParams): Promise<string | null>;
  /** @throws {ApiError} provider_token_invalid, provider_audience_mismatch, provider_unavailable_now */
  idToken(token: string, nonce: string | undefined): Promise<VerifiedIdentity>;
  /**
   * Exchanges a code for an id token (OpenID Connect Core §3.1.3). Who is new costs one question more where the token
   * tells no name.
   * @throws {ApiError} provider_token_invalid, provider_audience_mismatch, provider_unavailable_now
   */
  code(grant: CodeGrant): Promise<VerifiedIdentity>;
};

export function createOpenIdClient(settings: OpenIdIssuer, clock: Clock, fetch: Fetch): OpenIdClient {
  const { id, issuer, clientId, clientSecret, scope } = settings;
  const api = createProviderApi(id, fetch);
  const client = { client_id: clientId };
  const onThisMachine = isLoopback(new URL(issuer));
  const options = (inTime: Deadline) => ({
    [customFetch]: openIdFetch(api, inTime),
    [allowInsecureRequests]: onThisMachine,
  });
  const discovery = new Discovery(settings, () => openIdFetch(api, startDeadline(id)), clock);
  const keys = publishedKeys(id, api, () => discovery.endpoint("jwks_uri"), clock);

  const verified = async (token: string, nonce: string | undefined, inTime: Deadline) => {
    const { id_token_signing_alg_values_supported: said = STANDARD_ALGORITHMS } = await inTime(
      discovery.find(),
    );
    const algorithms = ALGORITHMS.filter((algorithm) => said.includes(algorithm));
    const rules = { provider: id, issuer, audiences: [clientId], algorithms };
    return verifyIdToken(token, nonce, rules, { keys, clock, inTime });
  };

  const askUserInfo = async (accessToken: string, subject: string, inTime: Deadline): Promise<Profile> => {
    const as = await inTime(discovery.find());
    if (!as.userinfo_endpoint) return { name: null, picture: null };
    const response = await userInfoRequest(as, client, accessToken, options(inTime));
    const claims = (await response.json()) as Record<string, unknown>;
    // A token of somebody else's must not lend its profile (OpenID Connect Core §5.3.2).
    if (response.status !== 200 || claims.sub !== subject) throw refusal(id, "token_invalid");
    return personOf(claims, { onThisMachine });
  };

  return {
    async authorizationUrl({ redirectUri, state, codeChallenge, nonce }) {
      const url = new URL(await startDeadline(id)(discovery.endpoint("authorization_endpoint")));
      const query = {
        client_id: clientId,
        redirect_uri: redirectUri,
        response_type: "code",
        scope,
        state,
        nonce,
        code_challenge: codeChallenge,
        code_challenge_method: "S256",
      };
      for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
      return url.href;
    },

    async codeIn(answer) {
      const { authorization_response_iss_parameter_supported: says } = await startDeadline(id)(
        discovery.find(),
      );
      const named = answer.getAll("iss");
      const isTheirs = named.length === 0 ? !says : named.every((iss) => iss === issuer);
      return isTheirs ? answer.get("code") : null;
    },

    async idToken(token, nonce) {
      const { identity, claims, expiresAt } = await verified(token, nonce, startDeadline(id));
      return { ...identity, expiresAt, loadProfile: async () => personOf(claims, { onThisMachine }) };
    },

    async code({ code, codeVerifier, redirectUri, nonce }) {
      const inTime = startDeadline(id);
      const as = await inTime(discovery.find());
      if (!as.token_endpoint) throw refusal(id, "unavailable", { cause: "no_token_endpoint" });
      const parameters = { code, code_verifier: codeVerifier, redirect_uri: redirectUri ?? "" };
      const response = await genericTokenEndpointRequest(
        as,
        client,
        authenticationAt(as, clientSecret, id),
        "authorization_code",
        parameters,
        options(inTime),
      );
      const body = (await response.json()) as Record<string, unknown>;
      if (response.status !== 200)
        throw codeRefusal(id, { status: response.status, body }, "OPENID_CLIENT_SECRETS");
      const { id_token: token, access_token: accessToken } = body;
      if (typeof token !== "string") throw refusal(id, "token_invalid");
      const { identity, claims } = await verified(token, nonce, inTime);
      const told = personOf(claims, { onThisMachine });
      const isTold = told.name !== null || typeof accessToken !== "string";
      return {
        ...identity,
        loadProfile: async () => (isTold ? told : askUserInfo(accessToken, identity.subject, inTime)),
      };
    },
  };
}

/** How this client authenticates at the token endpoint: as the issuer says that it may (RFC 8414 §2). */
function authenticationAt(as: AuthorizationServer, secret: string | null, id: string): ClientAuth {
  if (secret === null) return None();
  const methods = as.token_endpoint_auth_methods_supported ?? STANDARD_METHODS;
  if (methods.includes("client_secret_basic")) return ClientSecretBasic(secret);
  if (methods.includes("client_secret_post")) return ClientSecretPost(secret);
  throw refusal(id, "unavailable", { cause: "no_client_secret_method", setting: "OPENID_CLIENT_SECRETS" });
}
