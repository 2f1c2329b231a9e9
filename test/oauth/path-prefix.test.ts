import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import * as oauth from "oauth4webapi";
import * as client from "openid-client";
import { openEmbeddedForTest } from "../support/databases";
import { nginxAvailable, startNginx } from "../support/nginx";
import { GAME, signInAt, withClients } from "../support/oauth";
import { freePort } from "../support/postgres";
import { get, send } from "../support/requests";
import { startTestServer, type TestServer } from "../support/server";
import { onEmbedded } from "../support/suite";

/** As nginx is told to: it takes the prefix off, but for the one path that stands before it. */
describe.skipIf(!nginxAvailable())("a client of an issuer with a path, behind nginx", () => {
  const world = new AsyncDisposableStack();
  let issuer: string;
  let server: TestServer;

  beforeAll(async () => {
    const port = await freePort();
    issuer = `http://localhost:${port}/accounts`;
    const database = await openEmbeddedForTest();
    world.defer(() => database.close());
    server = await startTestServer({ database, adjust: withClients, env: { SERVER_PUBLIC_URL: issuer } });
    world.defer(() => server.stop());
    await startNginx(world, server, "/accounts", port);
  }, 60_000);
  afterAll(() => world.disposeAsync());

  const discovered = async (algorithm: "oauth2" | "oidc") => {
    const at = new URL(issuer);
    const asked = await oauth.discoveryRequest(at, { algorithm, [oauth.allowInsecureRequests]: true });
    return oauth.processDiscoveryResponse(at, asked);
  };

  test("finds the same by either metadata", async () => {
    const metadata = await discovered("oauth2");
    expect(metadata).toMatchObject({
      issuer,
      token_endpoint: `${issuer}/oauth/token`,
      dpop_signing_alg_values_supported: ["ES256"],
    });
    expect(await discovered("oidc")).toEqual(metadata);
  });

  test.each(["oauth2", "oidc"] as const)(
    "signs in and refreshes with what it found by %s",
    async (algorithm) => {
      const config = await client.discovery(new URL(issuer), GAME.client_id, undefined, client.None(), {
        algorithm,
        execute: [client.allowInsecureRequests],
      });
      const verifier = client.randomPKCECodeVerifier();
      const url = client.buildAuthorizationUrl(config, {
        redirect_uri: GAME.redirect_uri,
        scope: "openid",
        state: "s",
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: "S256",
      });
      expect(url.href).toStartWith(`${issuer}/oauth/authorize?`);
      const tokens = await client.authorizationCodeGrant(config, await signInAt(url), {
        pkceCodeVerifier: verifier,
        expectedState: "s",
      });
      expect(tokens.claims()?.iss).toBe(issuer);
      const renewed = await client.refreshTokenGrant(config, tokens.refresh_token ?? "");
      expect(renewed.access_token).toBeString();
    },
  );

  test("finds nothing of another path", async () => {
    for (const name of ["oauth-authorization-server", "openid-configuration"]) {
      const at = `/.well-known/${name}`;
      expect((await get(server, `${at}/accounts`)).status).toBe(200);
      for (const path of ["/", "/account", "/accounts/", "/accounts/more", "/ACCOUNTS"])
        expect([path, (await get(server, at + path)).body.code]).toEqual([path, "not_found"]);
      expect((await send(server, `${at}/accounts`, { method: "POST" })).status).toBe(405);
    }
  });
});

onEmbedded((at) => {
  test("of an issuer without a path the metadata have one address each", async () => {
    for (const name of ["oauth-authorization-server", "openid-configuration"])
      for (const [path, status] of [
        ["", 200],
        ["/", 404],
        ["/accounts", 404],
      ] as const)
        expect([path, (await get(at.server, `/.well-known/${name}${path}`)).status]).toEqual([path, status]);
  });
});
