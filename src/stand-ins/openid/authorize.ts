import { OAuthError } from "../oauth/oauth-error";
import { redirectLocation, redirectTo } from "../oauth/redirect";
import type { Account } from "../picker/accounts";
import type { Question } from "../picker/picker";
import type { World } from "../stand-in";
import {
  type AuthenticationRequest,
  type Client,
  parseAuthenticationRequest,
  parseClient,
} from "./authorization-request";
import { claimsOf } from "./claims";
import { issuerAt } from "./discovery";
import type { TokenIssuer } from "./token-issuer";

/**
 * The authorization endpoint: the account picker, its forms, and the way back to the client. What is wrong with a
 * request goes to the client too, unless it is the redirect itself.
 */
export function authorize(request: Request, world: World, issuer: TokenIssuer): Promise<Response> {
  const { origin, search } = new URL(request.url);
  return world.picker.answer(request, () => {
    const { client, parameters } = parseClient(search);
    const reply = (answer: Record<string, string>) => redirect(client, origin, answer);
    try {
      const asked = parseAuthenticationRequest(parameters);
      if (asked.prompt.includes("none")) return reply({ error: "login_required" });
      const codeFor = (account: Account) =>
        issuer.codes.issue({
          ...grantOf(client, asked),
          claims: claimsOf(account, origin),
          stillGood: world.standing.vouchFor(account),
        });
      return question(client, asked, reply, codeFor);
    } catch (error) {
      if (!(error instanceof OAuthError)) throw error;
      return reply({ error: error.code, error_description: error.description });
    }
  });
}

function question(
  { clientId, redirectUri }: Client,
  { loginHint }: AuthenticationRequest,
  reply: (answer: Record<string, string>) => Response,
  codeFor: (account: Account) => string,
): Question {
  return {
    client: clientId,
    backTo: new URL(redirectUri).origin,
    loginHint,
    picked: (account) => reply({ code: codeFor(account) }),
    cancelled: () => reply({ error: "access_denied" }),
  };
}

function grantOf({ clientId, redirectUri }: Client, { scopes, nonce, codeChallenge }: AuthenticationRequest) {
  return { clientId, redirectUri, scopes, nonce, codeChallenge };
}

/** `iss` says whose answer it is (RFC 9207). */
function redirect({ redirectUri, state }: Client, origin: string, answer: Record<string, string>): Response {
  return redirectTo(redirectLocation(redirectUri, { ...answer, state, iss: issuerAt(origin) }));
}
