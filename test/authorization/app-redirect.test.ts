import { expect, test } from "bun:test";
import { newGame, signedInRedirect, startUrl } from "../support/authorization";
import { post } from "../support/requests";
import { onEmbedded } from "../support/suite";

const REDIRECTS = ["com.studio.game:/cb", "capacitor://localhost/signed-in", "https://game.example/cb"];

onEmbedded(
  (at) => {
    test.each([
      ["com.studio.game:/cb", "com.studio.game:/cb?code="],
      ["capacitor://localhost/signed-in", "capacitor://localhost/signed-in?code="],
    ])("a sign-in comes back to the app at %s, and its code serves", async (redirectUri, start) => {
      const game = newGame(redirectUri);
      const redirect = await signedInRedirect(at.server, game);
      expect(redirect.href).toStartWith(start);
      expect(redirect.searchParams.get("state")).toBe(game.state);
      const login_code = redirect.searchParams.get("code");
      const answer = await post(at.server, "/api/login", { login_code, code_verifier: game.codeVerifier });
      expect(answer.status).toBe(200);
    });

    test.each(["com.studio.game:/cb/other", "javascript:alert(1)", "capacitor://localhost.evil.example/"])(
      "%s, which is no app that is configured, gets a page and no redirect",
      async (redirectUri) => {
        const response = await fetch(startUrl(at.server, newGame(redirectUri)), { redirect: "manual" });
        expect([response.status, response.headers.get("location")]).toEqual([400, null]);
      },
    );
  },
  {
    adjust: (config) => ({ ...config, google: { ...config.google, redirectUris: REDIRECTS } }),
  },
);
