import { redirectLocation, redirectTo } from "../oauth/redirect";
import type { Account } from "../picker/accounts";
import type { World } from "../stand-in";
import { type AuthorizationRequest, parseAuthorizationRequest } from "./authorization-request";
import { profileOf } from "./profile";
import type { TokenIssuer } from "./token-issuer";

/** Google's authorization endpoint: the account picker, its forms, and the way back to the client. */
export function authorize(request: Request, world: World, issuer: TokenIssuer): Promise<Response> {
  const { origin, search } = new URL(request.url);
  return world.picker.answer(request, () => {
    const asked = parseAuthorizationRequest(search);
    if (asked.prompt.includes("none")) return redirect(asked, { error: "interaction_required" });
    return {
      client: asked.clientId,
      backTo: new URL(asked.redirectUri).origin,
      loginHint: asked.loginHint,
      picked: (account) =>
        redirect(asked, {
          code: codeFor(account, asked, { world, issuer, origin }),
          scope: asked.scopes.join(" "),
          authuser: "0",
          prompt: asked.prompt.join(" ") || "none",
        }),
      cancelled: () => redirect(asked, { error: "access_denied" }),
    };
  });
}

function codeFor(
  account: Account,
  asked: AuthorizationRequest,
  { world, issuer, origin }: { world: World; issuer: TokenIssuer; origin: string },
): string {
  const { clientId, redirectUri, scopes, nonce, codeChallenge, accessType } = asked;
  return issuer.codes.issue({
    clientId,
    redirectUri,
    scopes,
    nonce,
    codeChallenge,
    accessType,
    profile: profileOf(account, origin),
    stillGood: world.standing.vouchFor(account),
  });
}

function redirect(asked: AuthorizationRequest, answer: Record<string, string>): Response {
  const { redirectUri, responseMode, state } = asked;
  return redirectTo(redirectLocation(redirectUri, { state, ...answer }, responseMode));
}
