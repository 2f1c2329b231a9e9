import type { Clock } from "../clock";
import type { AppleConfig } from "../config/config";
import { APPLE_ISSUER, appleClientSecrets } from "./apple-client-secret";
import { codeRefusal } from "./client-refusal";
import { verifyIdToken } from "./id-token";
import { publishedKeys } from "./jwks";
import { APPLE, type CodeGrant, type Fetch, type Profile, type VerifiedIdentity } from "./provider";
import { createProviderApi } from "./provider-api";
import { refusal } from "./refusals";
import { type Deadline, startDeadline } from "./sign-in-deadline";

/** Apple's id tokens have neither. */
const NO_PROFILE: Profile = { name: null, picture: null };

export type AppleClient = {
  /** @throws {ApiError} provider_token_invalid, provider_audience_mismatch, provider_unavailable_now */
  idToken(token: string, nonce: string | undefined): Promise<VerifiedIdentity>;
  /**
   * Exchanges a code, which Apple takes once within five minutes, for an id token.
   * @throws {ApiError} provider_token_invalid, provider_audience_mismatch, provider_unavailable_now
   */
  code(grant: CodeGrant): Promise<VerifiedIdentity>;
};

/** This server as Apple's client. */
export function createAppleClient(settings: AppleConfig, clock: Clock, fetch: Fetch): AppleClient {
  const [clientId] = settings.clientIds;
  const api = createProviderApi(APPLE, fetch);
  const keys = publishedKeys(APPLE, api, () => `${settings.url}/auth/keys`, clock);
  const clientSecret = appleClientSecrets(settings, clock);
  const rules = {
    provider: APPLE,
    issuer: APPLE_ISSUER,
    audiences: settings.clientIds,
    algorithms: ["RS256"],
  };

  const verified = (token: string, nonce: string | undefined, inTime: Deadline) =>
    verifyIdToken(token, nonce, rules, { keys, clock, inTime });

  return {
    async idToken(token, nonce) {
      const { identity, expiresAt } = await verified(token, nonce, startDeadline(APPLE));
      return { ...identity, expiresAt, loadProfile: async () => NO_PROFILE };
    },

    async code({ code, codeVerifier, redirectUri, nonce }) {
      const inTime = startDeadline(APPLE);
      const answer = await api.ask(inTime, `${settings.url}/auth/token`, {
        method: "POST",
        body: new URLSearchParams({
          grant_type: "authorization_code",
          client_id: clientId,
          client_secret: await clientSecret(clientId),
          code,
          ...(redirectUri !== null && { redirect_uri: redirectUri }),
          ...(codeVerifier && { code_verifier: codeVerifier }),
        }),
      });
      if (answer.status !== 200) throw codeRefusal(APPLE, answer, "APPLE_PRIVATE_KEY");
      const { id_token: token } = answer.body;
      if (typeof token !== "string") throw refusal(APPLE, "token_invalid");
      const { identity } = await verified(token, nonce, inTime);
      return { ...identity, loadProfile: async () => NO_PROFILE };
    },
  };
}
