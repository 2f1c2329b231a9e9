import { describe, expect, test } from "bun:test";
import * as client from "openid-client";
import { newServerKey } from "../../src/server-keys/server-key";
import { createStores } from "../../src/stores";
import { FORUM, GAME, issuerOf, signInAt, withClients } from "../support/oauth";
import { onEachDatabase } from "../support/suite";

describe("openid-client, which nobody here wrote", () => {
  onEachDatabase(
    (at) => {
      const discovered = (clientId: string) =>
        client.discovery(new URL(issuerOf(at.server)), clientId, undefined, client.None(), {
          execute: [client.allowInsecureRequests],
        });

      const signIn = async ({ client_id, redirect_uri } = GAME, scope = "openid profile email") => {
        const config = await discovered(client_id);
        const verifier = client.randomPKCECodeVerifier();
        const state = client.randomState();
        const nonce = client.randomNonce();
        const url = client.buildAuthorizationUrl(config, {
          redirect_uri,
          scope,
          state,
          nonce,
          code_challenge: await client.calculatePKCECodeChallenge(verifier),
          code_challenge_method: "S256",
        });
        const answer = await signInAt(url, "ada");
        const tokens = await client.authorizationCodeGrant(config, answer, {
          pkceCodeVerifier: verifier,
          expectedState: state,
          expectedNonce: nonce,
          idTokenExpected: true,
          maxAge: 600,
        });
        return { config, tokens, answer };
      };

      test("signs in with the issuer alone, and checks the id token, its nonce and the issuer of the answer", async () => {
        const { tokens, answer } = await signIn();
        expect(answer.searchParams.get("iss")).toBe(issuerOf(at.server));
        expect(tokens).toMatchObject({
          token_type: "bearer",
          expires_in: 3_600,
          scope: "openid profile email",
        });
        expect(tokens.claims()).toMatchObject({
          iss: issuerOf(at.server),
          aud: GAME.client_id,
          azp: GAME.client_id,
        });
      });

      test("gets to know what the scope covers, and no more", async () => {
        const all = await signIn();
        const sub = all.tokens.claims()?.sub ?? "";
        expect<unknown>(await client.fetchUserInfo(all.config, all.tokens.access_token, sub)).toEqual({
          sub,
          name: expect.any(String),
          preferred_username: expect.any(String),
          picture: expect.any(String),
          email: "ada@players.example",
          email_verified: true,
        });
        const little = await signIn(FORUM, "openid");
        expect<unknown>(await client.fetchUserInfo(little.config, little.tokens.access_token, sub)).toEqual({
          sub,
        });
      });

      test("refreshes, and the id token tells of the same sign-in", async () => {
        const { config, tokens } = await signIn(FORUM);
        const next = await client.refreshTokenGrant(config, tokens.refresh_token ?? "");
        expect(next.refresh_token).not.toBe(tokens.refresh_token);
        expect(next.claims()?.auth_time).toBe(tokens.claims()?.auth_time as number);
        expect(next.claims()?.sub).toBe(tokens.claims()?.sub as string);
        expect(next.claims()?.nonce).toBeUndefined();
      });

      test("revokes, and the access token is good for nothing at once", async () => {
        const { config, tokens } = await signIn(FORUM);
        await client.tokenRevocation(config, tokens.refresh_token ?? "");
        const asked = client.fetchUserInfo(config, tokens.access_token, client.skipSubjectCheck);
        expect(await asked.catch((error) => error.code)).toBe("OAUTH_WWW_AUTHENTICATE_CHALLENGE");
      });

      test("introspects with a server's key, and sees a revocation at once", async () => {
        const { config, tokens } = await signIn();
        const key = newServerKey();
        const { serverKeys } = createStores(at.server.database, at.server.clock, at.server.config);
        await serverKeys.put(key, { id: Bun.randomUUIDv7(), name: "kitchen", scopes: ["introspect"] });
        const server = await client.discovery(
          new URL(issuerOf(at.server)),
          "kitchen",
          undefined,
          (_as, _client, _body, headers) => headers.set("authorization", `Bearer ${key}`),
          { execute: [client.allowInsecureRequests] },
        );
        expect<unknown>(await client.tokenIntrospection(server, tokens.access_token)).toMatchObject({
          active: true,
          client_id: GAME.client_id,
          scope: "openid profile email",
          sub: tokens.claims()?.sub as string,
        });
        await client.tokenRevocation(config, tokens.access_token);
        expect<unknown>(await client.tokenIntrospection(server, tokens.access_token)).toEqual({
          active: false,
        });
        expect<unknown>(await client.tokenIntrospection(server, tokens.refresh_token ?? "")).toEqual({
          active: false,
        });
      });
    },
    { adjust: withClients },
  );
});
