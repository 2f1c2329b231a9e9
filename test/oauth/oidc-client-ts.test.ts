import { describe, expect, test } from "bun:test";
import { InMemoryWebStorage, OidcClient, type RefreshState, WebStorageStateStore } from "oidc-client-ts";
import { FORUM, issuerOf, signInAt, withClients } from "../support/oauth";
import { onEachDatabase } from "../support/suite";

describe("oidc-client-ts, which nobody here wrote", () => {
  onEachDatabase(
    (at) => {
      const newClient = (scope = "openid profile email") =>
        new OidcClient({
          authority: issuerOf(at.server),
          ...FORUM,
          scope,
          loadUserInfo: true,
          stateStore: new WebStorageStateStore({ store: new InMemoryWebStorage() }),
        });
      const signIn = async (client: OidcClient) => {
        const { url } = await client.createSigninRequest({ state: { page: "/kitchen" } });
        return client.processSigninResponse((await signInAt(url, "ada")).href);
      };

      test("signs in with the issuer alone, and gets to know the player", async () => {
        const user = await signIn(newClient());
        expect(user.profile).toMatchObject({
          iss: issuerOf(at.server),
          aud: FORUM.client_id,
          name: "Ada",
          email: "ada@players.example",
          email_verified: true,
        });
        expect(user.userState).toEqual({ page: "/kitchen" });
      });

      test("refreshes, and holds the new id token to the sign-in of the first", async () => {
        const client = newClient();
        const user = await signIn(client);
        const state = { ...user, session_state: null } as unknown as RefreshState;
        const next = await client.useRefreshToken({ state, timeoutInSeconds: 10 });
        expect(next.access_token).not.toBe(user.access_token);
        expect(next.profile).toMatchObject({ sub: user.profile.sub });
      });

      test("revokes", async () => {
        const client = newClient();
        const user = await signIn(client);
        await client.revokeToken(user.refresh_token ?? "", "refresh_token");
        const asked = await fetch(`${issuerOf(at.server)}/oauth/userinfo`, {
          headers: { authorization: `Bearer ${user.access_token}` },
        });
        expect(asked.status).toBe(401);
      });

      test("is told what is wrong with its request", async () => {
        const client = newClient();
        const { url } = await client.createSigninRequest({ response_type: "code", prompt: "none" });
        const answer = await fetch(url, { redirect: "manual" });
        const processed = client.processSigninResponse(answer.headers.get("location") ?? "");
        expect(await processed.catch(({ error }) => error)).toBe("login_required");
      });
    },
    { adjust: withClients },
  );
});
