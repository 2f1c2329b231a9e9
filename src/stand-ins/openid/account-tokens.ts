import { z } from "zod";
import { nameClaims } from "../picker/accounts";
import type { World } from "../stand-in";
import { withoutNulls } from "../without-nulls";
import { claimsOf } from "./claims";
import { issuerAt } from "./discovery";
import { type Claims, scopesOf } from "./scopes";
import type { TokenIssuer, TokenResponse } from "./token-issuer";

const claim = z.string().max(2048).nullish();

/** Who gets tokens, and which claims differ from the account's own: a value replaces one, null leaves it out. */
export const accountTokensBody = z.strictObject({
  /** `ada`, `bruno`, `chloe`, or any email. */
  account: z.string(),
  client_id: z.string().min(1).max(2048).optional(),
  scope: z.string().max(2048).default("openid email profile"),
  nonce: z.string().max(2048).optional(),
  sub: z.string().min(1).max(255).optional(),
  email: claim,
  email_verified: z.boolean().optional(),
  name: claim,
  picture: claim,
});

/** What `POST /local/tokens` answers: a token response and the claims behind it. */
export type AccountTokens = TokenResponse & {
  account: Claims;
};

/**
 * Tokens for a named account, for scripts and tests. The replaced claims hold for these tokens alone.
 *
 * @throws {OAuthError} `invalid_request` when `account` is neither an invented player nor an email.
 */
export async function issueAccountTokens(
  body: z.infer<typeof accountTokensBody>,
  openid: { world: World; issuer: TokenIssuer; clientId: string; origin: string },
): Promise<AccountTokens> {
  const { account: key, client_id, scope, nonce, ...changes } = body;
  const { world, issuer, origin } = openid;
  const account = world.accounts.named(key);
  const claims = withoutNulls({
    ...claimsOf(account, origin),
    ...(changes.name && { family_name: null, ...nameClaims(changes.name) }),
    ...(changes.name === null && { given_name: null, family_name: null }),
    ...changes,
  }) as unknown as Claims;
  const grant = {
    clientId: client_id ?? openid.clientId,
    scopes: scopesOf(scope),
    nonce,
    claims,
    stillGood: world.standing.vouchFor(account),
  };
  return { ...(await issuer.issueTokens(grant, issuerAt(origin))), account: claims };
}
