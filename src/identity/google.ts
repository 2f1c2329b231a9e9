import type { GoogleVerifier } from "./google-verifier";
import { GOOGLE, type ProviderFactory } from "./provider";

/** Google (OpenID Connect). Its libraries load with the first sign-in; the start is faster without them. */
export const google: ProviderFactory = ({ config: { google: settings }, clock, fetch }) => {
  let loading: Promise<GoogleVerifier> | undefined;
  const verifier = () => {
    loading ??= import("./google-verifier").then((module) =>
      module.createGoogleVerifier(settings, clock, fetch),
    );
    return loading;
  };
  return {
    id: GOOGLE,
    authorizationUrl({ redirectUri, state, codeChallenge }) {
      const url = new URL(settings.endpoints.auth);
      url.search = new URLSearchParams({
        client_id: settings.clientIds[0] ?? "",
        redirect_uri: redirectUri,
        response_type: "code",
        scope: "openid email profile",
        state,
        code_challenge: codeChallenge,
        code_challenge_method: "S256",
        prompt: "select_account",
      }).toString();
      return url.href;
    },
    exchangeCode: async (grant) => (await verifier()).code(grant),
    verifyProof: async (proof) =>
      proof.kind === "access_token"
        ? (await verifier()).accessToken(proof.token)
        : (await verifier()).idToken(proof.token, proof.nonce),
  };
};
