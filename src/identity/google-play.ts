import { isLoopback } from "../config/fields";
import { identityOf, profileOf } from "./claims";
import type { ProviderFactory, VerifiedIdentity } from "./provider";
import { createProviderApi, type ProviderAnswer } from "./provider-api";
import { refusal } from "./refusals";
import { startDeadline } from "./sign-in-deadline";
import { accessTokenFor, type TokenClient } from "./token-endpoint";

const GOOGLE_PLAY = "google_play";

/**
 * Google Play Games: the code that a game on Android gets for its server (`requestServerSideAccess`), without a page,
 * PKCE or a redirect. Whose application the token is of needs no question: it was exchanged with our own secret.
 */
export const googlePlay: ProviderFactory = ({ config: { googlePlay: settings }, fetch }) => {
  if (!settings) return [];
  const { clientId, clientSecret, tokenUrl, url } = settings;
  const onThisMachine = isLoopback(new URL(url));
  const api = createProviderApi(GOOGLE_PLAY, fetch);
  const client: TokenClient = {
    provider: GOOGLE_PLAY,
    url: tokenUrl,
    clientId,
    clientSecret,
    settings: { clientId: "GOOGLE_PLAY_CLIENT_ID", clientSecret: "GOOGLE_PLAY_CLIENT_SECRET" },
  };

  const verifiedPlayer = (player: Record<string, unknown>): VerifiedIdentity => {
    const { playerId, originalPlayerId, displayName, avatarImageUrl } = player;
    // A player whose id Google changed is still known by the first one.
    const identity = identityOf(GOOGLE_PLAY, { sub: originalPlayerId ?? playerId });
    if (!identity) throw refusal(GOOGLE_PLAY, "unavailable", { cause: "no_player_id" });
    const profile = profileOf({ name: displayName, picture: avatarImageUrl }, { onThisMachine });
    return { ...identity, loadProfile: async () => profile };
  };

  return {
    id: GOOGLE_PLAY,
    name: "Google Play Games",
    proofs: { server_auth_code: [] },
    async verifyProof(proof) {
      if (proof.kind !== "server_auth_code") throw refusal(GOOGLE_PLAY, "token_invalid");
      const inTime = startDeadline(GOOGLE_PLAY);
      // Google wants a redirect all the same, and an empty one where there is none.
      const token = await accessTokenFor({ code: proof.code, redirect_uri: "" }, client, api, inTime);
      const answer = await api.ask(inTime, `${url}/games/v1/players/me`, {
        headers: { authorization: `Bearer ${token}` },
      });
      if (refusesToken(answer)) throw refusal(GOOGLE_PLAY, "token_invalid");
      if (answer.status !== 200) {
        const setting = answer.status === 403 ? { setting: client.settings.clientId } : {};
        throw refusal(GOOGLE_PLAY, "unavailable", { cause: `http_${answer.status}`, ...setting });
      }
      return verifiedPlayer(answer.body);
    },
  };
};

/** Whether it is the token that will not do, and not, say, an API that is switched off in the project. */
function refusesToken({ status, body }: ProviderAnswer): boolean {
  if (status !== 403) return status === 401;
  const { details, errors } = Object(body.error) as Record<string, unknown>;
  return [details, errors]
    .flatMap((list) => (Array.isArray(list) ? list : []))
    .some((detail) => LACKS_SCOPE.has(Object(detail).reason));
}

/** As Google's APIs say it, and as they used to. */
const LACKS_SCOPE = new Set(["ACCESS_TOKEN_SCOPE_INSUFFICIENT", "insufficientPermissions"]);
