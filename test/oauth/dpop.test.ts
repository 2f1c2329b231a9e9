import { describe, expect, test } from "bun:test";
import { calculateJwkThumbprint, decodeJwt, exportJWK } from "jose";
import * as client from "openid-client";
import { newDevice } from "../support/dpop";
import { newGuestKey } from "../support/guests";
import { FORUM, issuerOf, postForm, signInAt, withClients } from "../support/oauth";
import { post } from "../support/requests";
import { onEachDatabase } from "../support/suite";

describe("a client that binds its session to a key, with openid-client", () => {
  onEachDatabase(
    (at) => {
      const signIn = async () => {
        const config = await client.discovery(
          new URL(issuerOf(at.server)),
          FORUM.client_id,
          undefined,
          client.None(),
          { execute: [client.allowInsecureRequests] },
        );
        const keys = await client.randomDPoPKeyPair("ES256");
        const DPoP = client.getDPoPHandle(config, keys);
        const verifier = client.randomPKCECodeVerifier();
        const url = client.buildAuthorizationUrl(config, {
          redirect_uri: FORUM.redirect_uri,
          scope: "openid profile",
          code_challenge: await client.calculatePKCECodeChallenge(verifier),
          code_challenge_method: "S256",
        });
        const checks = { pkceCodeVerifier: verifier };
        const tokens = await client.authorizationCodeGrant(config, await signInAt(url), checks, undefined, {
          DPoP,
        });
        return { config, keys, DPoP, tokens };
      };

      test("gets tokens that say so, and are good with the key alone", async () => {
        const { config, keys, DPoP, tokens } = await signIn();
        const jkt = await calculateJwkThumbprint(await exportJWK(keys.publicKey));
        expect(tokens.token_type).toBe("dpop");
        expect(decodeJwt(tokens.access_token).cnf).toEqual({ jkt });
        const sub = tokens.claims()?.sub ?? "";
        const asked = await client.fetchUserInfo(config, tokens.access_token, sub, { DPoP });
        expect(asked.sub).toBe(sub);
        const without = await fetch(`${issuerOf(at.server)}/oauth/userinfo`, {
          headers: { authorization: `Bearer ${tokens.access_token}` },
        });
        expect(without.status).toBe(401);
        const wrong = await fetch(`${issuerOf(at.server)}/oauth/userinfo`, {
          headers: { authorization: `DPoP ${tokens.access_token}`, dpop: "a.b.c" },
        });
        expect([wrong.status, wrong.headers.get("www-authenticate")]).toEqual([
          401,
          'DPoP error="invalid_dpop_proof", algs="ES256"',
        ]);
      });

      test("refreshes with the key, and with no other, and its session lives on", async () => {
        const { config, DPoP, tokens } = await signIn();
        const { refresh_token = "" } = tokens;
        const stolen = { grant_type: "refresh_token", refresh_token, client_id: FORUM.client_id };
        const thief = await postForm(at.server, "/oauth/token", stolen);
        expect([thief.status, thief.body.error]).toEqual([400, "invalid_dpop_proof"]);
        const other = client.getDPoPHandle(config, await client.randomDPoPKeyPair("ES256"));
        const refused = client.refreshTokenGrant(config, refresh_token, undefined, { DPoP: other });
        expect(await refused.catch(({ error }) => error)).toBe("invalid_dpop_proof");
        const next = await client.refreshTokenGrant(config, refresh_token, undefined, { DPoP });
        expect(next.token_type).toBe("dpop");
      });

      test("of a device whose clock is ahead, its request serves nobody when its time has come", async () => {
        const own = await newDevice(() => at.server.clock.now());
        const url = (path: string) => at.server.origin + path;
        const guest = { provider: "guest", guest_key: newGuestKey() };
        const dpop = await own.proof("POST", url("/api/login"));
        const { refresh_token } = (await post(at.server, "/api/login", guest, { dpop })).body;
        const form = { grant_type: "refresh_token", refresh_token, client_id: "game" };
        const iat = Math.floor(at.server.clock.now().getTime() / 1_000) + 600;
        const early = { dpop: await own.proof("POST", url("/oauth/token"), { iat }) };
        const asked = await postForm(at.server, "/oauth/token", form, early);
        expect([asked.status, asked.body.error]).toEqual([400, "use_dpop_nonce"]);
        at.server.clock.advance(600);
        const again = await postForm(at.server, "/oauth/token", form, early);
        expect([again.status, again.body.error]).toEqual([400, "invalid_dpop_proof"]);
        const now = { dpop: await own.proof("POST", url("/oauth/token")) };
        expect((await postForm(at.server, "/oauth/token", form, now)).status).toBe(200);
      });

      test("is not signed out by whoever has its token and not its key", async () => {
        const { config, DPoP, tokens } = await signIn();
        const { refresh_token = "" } = tokens;
        const form = { token: refresh_token, client_id: FORUM.client_id };
        const revoked = await postForm(at.server, "/oauth/revoke", form);
        expect([revoked.status, revoked.body.error]).toEqual([400, "invalid_dpop_proof"]);
        expect((await client.refreshTokenGrant(config, refresh_token, undefined, { DPoP })).token_type).toBe(
          "dpop",
        );
      });
    },
    { adjust: withClients },
  );
});
