import { bearerToken } from "../oauth/parameters";
import { type Account, accountNumber } from "../picker/accounts";
import { avatarPath } from "../picker/avatar";
import type { Grants } from "./grants";

/** Google's error for a token that is none, as its APIs have it. */
const UNAUTHENTICATED = {
  error: {
    code: 401,
    message:
      "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.",
    errors: [
      {
        message: "Invalid Credentials",
        domain: "global",
        reason: "authError",
        location: "Authorization",
        locationType: "header",
      },
    ],
    status: "UNAUTHENTICATED",
  },
};

/** `GET /games/v1/players/me`. */
export function currentPlayer(request: Request, grants: Grants): Response {
  const headers = { "cache-control": "private" };
  const grant = grants.accessTokens.find(bearerToken(request) ?? "")?.value;
  if (!grant) return Response.json(UNAUTHENTICATED, { status: 401, headers });
  return Response.json(playerOf(grant.account, new URL(request.url).origin), { headers });
}

function playerOf(account: Account, origin: string) {
  const id = playerId(account);
  return {
    kind: "games#player",
    playerId: id,
    displayName: account.given_name,
    avatarImageUrl: origin + avatarPath(account.id),
    bannerUrlPortrait: "",
    bannerUrlLandscape: "",
    profileSettings: { kind: "games#profileSettings", profileVisible: true },
    experienceInfo: { kind: "games#playerExperienceInfo", currentExperiencePoints: "0" },
    title: "Rookie",
    gamePlayerId: id,
  };
}

/** The player's id in this game: `a_` and 19 digits. */
export function playerId(account: Account): string {
  return `a_${10n ** 18n + (accountNumber(account, "google_play") % (9n * 10n ** 18n))}`;
}
