import { formPost } from "../oauth/form-post";
import { redirectLocation, redirectTo } from "../oauth/redirect";
import type { Account } from "../picker/accounts";
import type { World } from "../stand-in";
import { type AuthorizationRequest, parseAuthorizationRequest } from "./authorization-request";
import type { TokenIssuer } from "./token-issuer";

/** Apple's page: the account picker, its forms, and the way back to the client, by a form that the browser posts. */
export function authorize(
  request: Request,
  world: World,
  issuer: TokenIssuer,
  consents: Set<string>,
): Promise<Response> {
  return world.picker.answer(request, () => {
    const asked = parseAuthorizationRequest(new URL(request.url).search);
    return {
      client: asked.clientId,
      backTo: new URL(asked.redirectUri).origin,
      picked: (account) =>
        reply(asked, {
          code: codeFor(account, asked, world, issuer),
          user: userOf(account, asked, consents),
        }),
      cancelled: () => reply(asked, { error: "user_cancelled_authorize" }),
    };
  });
}

function codeFor(account: Account, asked: AuthorizationRequest, world: World, issuer: TokenIssuer): string {
  const { clientId, redirectUri, nonce, codeChallenge, scopes } = asked;
  return issuer.codes.issue({
    clientId,
    redirectUri,
    nonce,
    codeChallenge,
    account,
    withEmail: scopes.includes("email"),
    stillGood: world.standing.vouchFor(account),
  });
}

/** What Apple tells when a player first allows a client, and never again. */
function userOf(account: Account, { clientId, scopes }: AuthorizationRequest, consents: Set<string>) {
  const consent = `${clientId} ${account.id}`;
  if (consents.has(consent) || scopes.length === 0) return undefined;
  consents.add(consent);
  return JSON.stringify({
    ...(scopes.includes("name") && {
      name: { firstName: account.given_name, lastName: account.family_name ?? "" },
    }),
    ...(scopes.includes("email") && { email: account.email }),
  });
}

function reply(
  { redirectUri, responseMode, state }: AuthorizationRequest,
  answer: Record<string, string | undefined>,
): Response {
  if (responseMode === "query") return redirectTo(redirectLocation(redirectUri, { state, ...answer }));
  return formPost(redirectUri, { state, ...answer });
}
