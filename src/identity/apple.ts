import { ApiError } from "../errors";
import { lazy } from "../lazy";
import { suggestedName } from "./apple-name";
import { APPLE, type CodeGrant, type ProviderFactory } from "./provider";
import { refusal } from "./refusals";

/** Sign in with Apple. Its libraries load with the first sign-in. */
export const apple: ProviderFactory = ({ config: { apple: settings }, clock, fetch }) => {
  if (!settings) return [];
  const client = lazy(async () => (await import("./apple-client")).createAppleClient(settings, clock, fetch));
  return {
    id: APPLE,
    name: "Apple",
    proofs: { id_token: [], code: ["redirect_uri"] },
    async verifyProof(proof) {
      switch (proof.kind) {
        case "id_token":
          return (await client()).idToken(proof.token, proof.nonce);
        case "code":
          requireBound(proof);
          return (await client()).code(proof);
        default:
          throw refusal(APPLE, "token_invalid");
      }
    },
    page: {
      authorizationUrl({ redirectUri, state, codeChallenge, nonce }) {
        const url = new URL(`${settings.url}/auth/authorize`);
        url.search = new URLSearchParams({
          client_id: settings.clientIds[0],
          redirect_uri: redirectUri,
          response_type: "code",
          // With any scope Apple insists on it.
          response_mode: "form_post",
          scope: "name email",
          state,
          nonce,
          code_challenge: codeChallenge,
          code_challenge_method: "S256",
        }).toString();
        return url.href;
      },
      postsAnswer: { suggestedName },
      isDeclined: (answer) => answer.get("error") === "user_cancelled_authorize",
      exchangeCode: async (grant) => (await client()).code(grant),
    },
  };
};

/** A code that nothing ties to the game that asked for it may be anybody's (RFC 9700 §2.1.1). */
function requireBound({ codeVerifier, nonce }: CodeGrant): void {
  if (codeVerifier || nonce !== undefined) return;
  const message = "is required with code, or a nonce";
  throw new ApiError("validation_failed", { fields: { fields: [{ path: "code_verifier", message }] } });
}
