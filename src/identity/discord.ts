import { version } from "../../package.json";
import { isLoopback } from "../config/fields";
import { identityOf, profileOf } from "./claims";
import type { CodeGrant, ProviderFactory, VerifiedIdentity } from "./provider";
import { createProviderApi } from "./provider-api";
import { refusal } from "./refusals";
import { startDeadline } from "./sign-in-deadline";
import { accessTokenFor, type TokenClient } from "./token-endpoint";

const DISCORD = "discord";
const PICTURES = "https://cdn.discordapp.com";

/**
 * Discord: code with PKCE, through its page or from a game inside its client (an Activity), whose codes have no redirect.
 *
 * The access token is forgotten after one question. It is not revoked: Discord would revoke whatever else the game holds
 * of the same authorization, and an Activity needs that to talk to the client it runs in.
 */
export const discord: ProviderFactory = ({ config: { discord: settings, server }, fetch }) => {
  if (!settings) return [];
  const { clientId, clientSecret, url } = settings;
  const onThisMachine = isLoopback(new URL(url));
  const pictures = onThisMachine ? url : PICTURES;
  const api = createProviderApi(DISCORD, fetch);
  // Discord blocks programs that do not name themselves in this form.
  const headers = { "user-agent": `DiscordBot (${server.publicUrl ?? "http://localhost"}, ${version})` };
  const client: TokenClient = {
    provider: DISCORD,
    url: `${url}/api/oauth2/token`,
    headers,
    clientId,
    clientSecret,
    settings: { clientId: "DISCORD_CLIENT_ID", clientSecret: "DISCORD_CLIENT_SECRET" },
  };

  const exchangeCode = async ({ code, codeVerifier, redirectUri }: CodeGrant): Promise<VerifiedIdentity> => {
    const inTime = startDeadline(DISCORD);
    const grant = {
      code,
      code_verifier: codeVerifier,
      ...(redirectUri !== null && { redirect_uri: redirectUri }),
    };
    const token = await accessTokenFor(grant, client, api, inTime);
    const { status, body } = await api.ask(inTime, `${url}/api/v10/users/@me`, {
      headers: { ...headers, authorization: `Bearer ${token}` },
    });
    if (status === 401) throw refusal(DISCORD, "token_invalid");
    if (status !== 200) throw refusal(DISCORD, "unavailable", { cause: `http_${status}` });
    return verifiedUser(body);
  };

  const verifiedUser = (user: Record<string, unknown>): VerifiedIdentity => {
    const { id, email, verified, global_name, username } = user;
    const identity = identityOf(DISCORD, { sub: id, email, email_verified: verified });
    if (!identity || !/^\d+$/.test(identity.subject))
      throw refusal(DISCORD, "unavailable", { cause: "no_user_id" });
    const picture = pictureOf(identity.subject, user.avatar);
    const profile = profileOf({ given_name: global_name, name: username, picture }, { onThisMachine });
    return { ...identity, loadProfile: async () => profile };
  };

  const pictureOf = (id: string, hash: unknown): string | null =>
    typeof hash === "string" && /^\w+$/.test(hash) ? `${pictures}/avatars/${id}/${hash}.png` : null;

  return {
    id: DISCORD,
    name: "Discord",
    proofs: { code: ["code_verifier"] },
    async verifyProof(proof) {
      if (proof.kind !== "code") throw refusal(DISCORD, "token_invalid");
      return exchangeCode(proof);
    },
    page: {
      authorizationUrl({ redirectUri, state, codeChallenge }) {
        const page = new URL(`${url}/oauth2/authorize`);
        page.search = new URLSearchParams({
          client_id: clientId,
          redirect_uri: redirectUri,
          response_type: "code",
          scope: "identify email",
          state,
          code_challenge: codeChallenge,
          code_challenge_method: "S256",
          // Shows who is signed in, and lets them be somebody else.
          prompt: "consent",
        }).toString();
        return page.href;
      },
      exchangeCode,
    },
  };
};
