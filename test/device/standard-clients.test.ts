import { describe, expect, test } from "bun:test";
import * as oauth from "oauth4webapi";
import * as client from "openid-client";
import { letIn, phoneAt } from "../support/devices";
import { freshAccount } from "../support/players";
import { rejection } from "../support/rejection";
import { bearer, get } from "../support/requests";
import { onEmbedded } from "../support/suite";

describe("clients that nobody here wrote sign in by a device code:", () => {
  onEmbedded((at) => {
    const issuer = () => new URL(phoneAt(at.server).origin);
    const insecurely = { [oauth.allowInsecureRequests]: true };

    test("openid-client, which waits, gets an id token, and refreshes", async () => {
      const config = await client.discovery(issuer(), "game", undefined, client.None(), {
        execute: [client.allowInsecureRequests],
      });
      const device = await client.initiateDeviceAuthorization(config, { scope: "openid email" });
      const account = freshAccount();
      const letting = Bun.sleep(1_000).then(() => letIn(at.server, device.user_code, account));
      const tokens = await client.pollDeviceAuthorizationGrant(config, device);
      await letting;
      expect(tokens.claims()).toMatchObject({ iss: issuer().origin, aud: "game" });
      const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token ?? "");
      const me = await get(at.server, "/api/me", bearer(refreshed));
      expect(me.body.user.email).toBe(account);
      const userinfo = await client.fetchUserInfo(config, refreshed.access_token, tokens.claims()?.sub ?? "");
      expect(userinfo.email).toBe(account);
    }, 30_000);

    test("openid-client tells a no", async () => {
      const config = await client.discovery(issuer(), "game", undefined, client.None(), {
        execute: [client.allowInsecureRequests],
      });
      const device = await client.initiateDeviceAuthorization(config, {});
      const phone = phoneAt(at.server);
      await phone.answer((await phone.open(device.user_code)).sealed, "deny");
      expect(await rejection(client.pollDeviceAuthorizationGrant(config, device))).toMatchObject({
        error: "access_denied",
      });
    }, 30_000);

    test("oauth4webapi, step by step", async () => {
      const server = await oauth.processDiscoveryResponse(
        issuer(),
        await oauth.discoveryRequest(issuer(), { ...insecurely, algorithm: "oauth2" }),
      );
      const self = { client_id: "game" };
      const device = await oauth.processDeviceAuthorizationResponse(
        server,
        self,
        await oauth.deviceAuthorizationRequest(server, self, oauth.None(), {}, insecurely),
      );
      expect(device).toMatchObject({ expires_in: 600, interval: 5 });
      const redeem = async () =>
        oauth.processDeviceCodeResponse(
          server,
          self,
          await oauth.deviceCodeGrantRequest(server, self, oauth.None(), device.device_code, insecurely),
        );
      expect(await rejection(redeem())).toMatchObject({ error: "authorization_pending" });
      expect(await rejection(redeem())).toMatchObject({ error: "slow_down" });
      await letIn(at.server, device.user_code, freshAccount());
      const { access_token } = await redeem();
      expect((await get(at.server, "/api/me", bearer({ access_token }))).status).toBe(200);
    });
  });
});
