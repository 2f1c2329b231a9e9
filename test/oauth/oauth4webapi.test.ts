import { describe, expect, test } from "bun:test";
import { generateKeyPairSync } from "node:crypto";
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import * as oauth from "oauth4webapi";
import { sha256 } from "../../src/sha256";
import { FORUM, issuerOf, signInAt, withClients } from "../support/oauth";
import { onEachDatabase, onEmbedded } from "../support/suite";

const HTTP = { [oauth.allowInsecureRequests]: true };

describe("oauth4webapi, which nobody here wrote", () => {
  onEachDatabase(
    (at) => {
      const client: oauth.Client = { client_id: FORUM.client_id };
      const discover = async (algorithm: "oidc" | "oauth2" = "oidc") => {
        const issuer = new URL(issuerOf(at.server));
        const response = await oauth.discoveryRequest(issuer, { algorithm, ...HTTP });
        return oauth.processDiscoveryResponse(issuer, response);
      };
      const signIn = async (scope = "openid profile email") => {
        const as = await discover();
        const verifier = oauth.generateRandomCodeVerifier();
        const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
        const url = new URL(as.authorization_endpoint ?? "");
        url.search = new URLSearchParams({
          ...FORUM,
          response_type: "code",
          scope,
          state,
          nonce,
          code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
          code_challenge_method: "S256",
        }).toString();
        return { as, verifier, state, nonce, answer: await signInAt(url) };
      };
      const exchange = async ({ as, verifier, state, nonce, answer }: Awaited<ReturnType<typeof signIn>>) => {
        const parameters = oauth.validateAuthResponse(as, client, answer, state);
        const response = await oauth.authorizationCodeGrantRequest(
          as,
          client,
          oauth.None(),
          parameters,
          FORUM.redirect_uri,
          verifier,
          HTTP,
        );
        return oauth.processAuthorizationCodeResponse(as, client, response, {
          expectedNonce: nonce,
          requireIdToken: true,
        });
      };
      const errorOf = (work: Promise<unknown>) =>
        work.then(
          () => "none",
          (error) => error.error ?? error.code ?? String(error),
        );

      test("finds the endpoints by either metadata, which agree", async () => {
        expect(await discover("oauth2")).toEqual(await discover("oidc"));
        expect(await discover()).toMatchObject({
          authorization_response_iss_parameter_supported: true,
          code_challenge_methods_supported: ["S256"],
          id_token_signing_alg_values_supported: ["ES256"],
          token_endpoint_auth_methods_supported: ["none"],
        });
      });

      test("signs in, and the id token is ES256, of this issuer and sign-in, with the hash of the access token", async () => {
        const begun = Math.floor(Date.now() / 1_000);
        const flow = await signIn();
        const tokens = await exchange(flow);
        const jwks = createRemoteJWKSet(new URL(flow.as.jwks_uri ?? ""));
        const { payload } = await jwtVerify(tokens.id_token ?? "", jwks, {
          issuer: issuerOf(at.server),
          audience: FORUM.client_id,
        });
        expect(decodeProtectedHeader(tokens.id_token ?? "")).toMatchObject({ alg: "ES256", typ: "JWT" });
        expect(payload).toEqual({
          iss: issuerOf(at.server),
          sub: expect.stringMatching(/^\d+$/),
          aud: FORUM.client_id,
          azp: FORUM.client_id,
          nonce: flow.nonce,
          auth_time: expect.any(Number),
          at_hash: sha256(tokens.access_token).subarray(0, 16).toString("base64url"),
          iat: expect.any(Number),
          exp: (payload.iat ?? 0) + 3_600,
        });
        expect(payload.auth_time).toBeWithin(begun - 1, (payload.iat ?? 0) + 1);
      });

      test("refuses a wrong state, another issuer and another nonce", async () => {
        const flow = await signIn();
        const asAnother = new URL(flow.answer);
        asAnother.searchParams.set("iss", "https://accounts.example");
        expect(() => oauth.validateAuthResponse(flow.as, client, asAnother, flow.state)).toThrow('"iss"');
        expect(() => oauth.validateAuthResponse(flow.as, client, flow.answer, "another")).toThrow('"state"');
        expect(await errorOf(exchange({ ...flow, nonce: oauth.generateRandomNonce() }))).not.toBe("none");
      });

      test("is refused with a wrong verifier, and with the code after that", async () => {
        const flow = await signIn();
        const wrong = { ...flow, verifier: oauth.generateRandomCodeVerifier() };
        expect(await errorOf(exchange(wrong))).toBe("invalid_grant");
        expect(await errorOf(exchange(flow))).toBe("invalid_grant");
      });

      test("is refused with a refresh token that is not one", async () => {
        const as = await discover();
        const response = await oauth.refreshTokenGrantRequest(as, client, oauth.None(), "made-up", HTTP);
        expect(await errorOf(oauth.processRefreshTokenResponse(as, client, response))).toBe("invalid_grant");
      });

      test("is refused as a client that is not there", async () => {
        const as = await discover();
        const nobody = { client_id: "nobody" };
        const response = await oauth.refreshTokenGrantRequest(as, nobody, oauth.None(), "made-up", HTTP);
        expect(await errorOf(oauth.processRefreshTokenResponse(as, nobody, response))).toBe("invalid_client");
      });

      test("is refused with a secret, for clients here have none", async () => {
        const as = await discover();
        for (const authentication of [oauth.ClientSecretBasic("secret"), oauth.ClientSecretPost("secret")]) {
          const response = await oauth.refreshTokenGrantRequest(as, client, authentication, "made-up", HTTP);
          const processed = oauth.processRefreshTokenResponse(as, client, response);
          expect(["invalid_client", "OAUTH_WWW_AUTHENTICATE_CHALLENGE"]).toContain(await errorOf(processed));
        }
      });

      test("revokes, and asks in vain who the player is", async () => {
        const flow = await signIn();
        const { access_token, refresh_token = "" } = await exchange(flow);
        const revoked = await oauth.revocationRequest(flow.as, client, oauth.None(), refresh_token, HTTP);
        expect(await oauth.processRevocationResponse(revoked)).toBeUndefined();
        const asked = await oauth.userInfoRequest(flow.as, client, access_token, HTTP);
        expect(asked.status).toBe(401);
        const introspected = await oauth.introspectionRequest(
          flow.as,
          client,
          oauth.None(),
          access_token,
          HTTP,
        );
        expect(introspected.status).toBe(401);
      });
    },
    { adjust: withClients },
  );
});

describe("whatever signs access tokens", () => {
  const { privateKey } = generateKeyPairSync("ec", {
    namedCurve: "P-256",
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  onEmbedded(
    (at) => {
      test("id tokens have a key of their own beside it in the same set", async () => {
        const issuer = issuerOf(at.server);
        const { keys } = (await (await fetch(`${issuer}/.well-known/jwks.json`)).json()) as {
          keys: { alg: string; kid: string }[];
        };
        expect(keys.map(({ alg }) => alg)).toEqual(["ES256", "ES256"]);
        expect(new Set(keys.map(({ kid }) => kid)).size).toBe(2);
      });
    },
    { adjust: withClients, env: { JWT_ALGORITHM: "ES256", JWT_PRIVATE_KEY: privateKey, JWT_SECRET: "" } },
  );
});
