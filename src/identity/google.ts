import { lazy } from "../lazy";
import { GOOGLE, type ProviderFactory } from "./provider";
import { refusal } from "./refusals";

/** Google (OpenID Connect). Its libraries load with the first sign-in; the start is faster without them. */
export const google: ProviderFactory = ({ config: { google: settings }, clock, fetch }) => {
  const verifier = lazy(async () =>
    (await import("./google-verifier")).createGoogleVerifier(settings, clock, fetch),
  );
  return {
    id: GOOGLE,
    name: "Google",
    proofs: { access_token: [], id_token: [], code: ["code_verifier", "redirect_uri"] },
    async verifyProof(proof) {
      const { accessToken, idToken, code } = await verifier();
      switch (proof.kind) {
        case "access_token":
          return accessToken(proof.token);
        case "id_token":
          return idToken(proof.token, proof.nonce);
        case "code":
          return code(proof);
        default:
          throw refusal(GOOGLE, "token_invalid");
      }
    },
    page: {
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
    },
  };
};
