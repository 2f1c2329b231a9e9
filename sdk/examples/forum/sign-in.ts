import * as client from "openid-client";

/** Who the game's account server says that a visitor is. */
export type Member = { id: string; name: string; refreshToken: string };

/** What a visitor's browser keeps for us while they are at the game's page. */
export type Pending = { verifier: string; state: string; nonce: string };

export type SignIn = {
  /** @returns where to send the visitor, and what to ask for again when they come back */
  begin(): Promise<{ location: string; pending: Pending }>;
  /** @param answer the address that the visitor came back to. @throws when it does not hold, or they said no */
  finish(answer: URL, pending: Pending): Promise<Member>;
  end(member: Member): Promise<void>;
};

/**
 * "Sign in with our game", by OpenID Connect: any library will do, and its defaults are right.
 * @param issuer the account server's address
 * @param redirectUri where visitors come back to, as the server's `oauth.clients` has it
 */
export async function createSignIn(issuer: string, clientId: string, redirectUri: string): Promise<SignIn> {
  const isHere = new URL(issuer).protocol === "http:";
  const config = await client.discovery(new URL(issuer), clientId, undefined, client.None(), {
    execute: isHere ? [client.allowInsecureRequests] : [],
  });
  return {
    async begin() {
      const verifier = client.randomPKCECodeVerifier();
      const [state, nonce] = [client.randomState(), client.randomNonce()];
      const location = client.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        scope: "openid profile",
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: "S256",
        state,
        nonce,
      });
      return { location: location.href, pending: { verifier, state, nonce } };
    },
    async finish(answer, { verifier, state, nonce }) {
      const tokens = await client.authorizationCodeGrant(config, answer, {
        pkceCodeVerifier: verifier,
        expectedState: state,
        expectedNonce: nonce,
        idTokenExpected: true,
      });
      const id = tokens.claims()?.sub ?? "";
      const { name } = await client.fetchUserInfo(config, tokens.access_token, id);
      return { id, name: String(name), refreshToken: tokens.refresh_token ?? "" };
    },
    end: ({ refreshToken }) => client.tokenRevocation(config, refreshToken),
  };
}
