import type { ProviderFactory, VerifiedIdentity } from "./provider";
import { createProviderApi } from "./provider-api";
import { refusal } from "./refusals";
import { type Deadline, startDeadline } from "./sign-in-deadline";
import { STEAM } from "./steam-id";
import { authorizationUrl, codeIn, createAssertionCheck, isCancelled } from "./steam-openid";
import { createSteamWebApi } from "./steam-web-api";

/**
 * Steam: a ticket that the game gets from Steam's client on the player's machine. In a browser Steam knows OpenID 2.0
 * alone, which tells neither the game's owner nor bans, and so only adds a way in to a player who is signed in.
 */
export const steam: ProviderFactory = ({ config: { steam: settings }, clock, fetch }) => {
  if (!settings) return [];
  const api = createProviderApi(STEAM, fetch);
  const webApi = createSteamWebApi(settings, api);
  const checkAssertion = createAssertionCheck(settings.endpoints.community, api, clock);

  const verified = (steamId: string, inTime: Deadline): VerifiedIdentity => ({
    provider: STEAM,
    subject: steamId,
    email: null,
    emailVerified: false,
    loadProfile: () => webApi.profile(steamId, inTime),
  });

  return {
    id: STEAM,
    name: "Steam",
    proofs: { ticket: [] },
    async verifyProof(proof) {
      if (proof.kind !== "ticket") throw refusal(STEAM, "token_invalid");
      const inTime = startDeadline(STEAM);
      return verified(await webApi.authenticate(proof.ticket, inTime), inTime);
    },
    page: {
      linksOnly: true,
      authorizationUrl: (parameters) => authorizationUrl(settings.endpoints.community, parameters),
      codeIn,
      isDeclined: isCancelled,
      async exchangeCode({ code, redirectUri }) {
        const inTime = startDeadline(STEAM);
        return verified(await checkAssertion(code, redirectUri, inTime), inTime);
      },
    },
  };
};
