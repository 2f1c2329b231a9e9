import { OAuthError } from "../oauth/oauth-error";
import { readParameters, required } from "../oauth/parameters";
import { codeChallengeOf } from "../oauth/pkce";
import { checkedRedirectUri, redirectLocation, redirectTo } from "../oauth/redirect";
import type { World } from "../stand-in";
import type { Grants } from "./grants";
import { parseScope } from "./scopes";

/**
 * Discord's authorization page. Any client id will do, since there is no portal to register one, and the player is
 * asked whatever `prompt` says.
 */
export function authorize(request: Request, world: World, grants: Grants): Promise<Response> {
  return world.picker.answer(request, () => {
    const parameters = readParameters(new URL(request.url).search);
    const clientId = required(parameters, "client_id");
    const redirectUri = checkedRedirectUri(required(parameters, "redirect_uri"));
    if (required(parameters, "response_type") !== "code")
      throw new OAuthError("unsupported_response_type", "The response_type here is always code.");
    const scopes = parseScope(required(parameters, "scope"));
    const codeChallenge = codeChallengeOf(parameters);
    const reply = (answer: Record<string, string>) =>
      redirectTo(redirectLocation(redirectUri, { ...answer, state: parameters.get("state") }));
    return {
      client: clientId,
      backTo: new URL(redirectUri).origin,
      picked: (account) => {
        const stillGood = world.standing.vouchFor(account);
        const grant = { clientId, redirectUri, codeChallenge, account, scopes, stillGood };
        return reply({ code: grants.codes.issue(grant) });
      },
      cancelled: () =>
        reply({
          error: "access_denied",
          error_description: "The resource owner or authorization server denied the request",
        }),
    };
  });
}
