import { z } from "zod";
import { nameClaims } from "../picker/accounts";
import { avatarPath } from "../picker/avatar";
import type { World } from "../stand-in";
import { withoutNulls } from "../without-nulls";
import { profileOf } from "./profile";
import { type Profile, parseScope } from "./scopes";
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
  given_name: claim,
  family_name: claim,
  picture: claim,
});

/** What `POST /local/tokens` answers: a token response and the profile behind it. */
export type AccountTokens = TokenResponse & {
  account: Profile;
};

/**
 * Tokens for a named account, for scripts and tests. The replaced claims hold for these tokens alone.
 *
 * @throws {OAuthError} `invalid_request` when `account` is neither an invented player nor an email.
 */
export async function issueAccountTokens(
  body: z.infer<typeof accountTokensBody>,
  google: { world: World; issuer: TokenIssuer; clientId: string; origin: string },
): Promise<AccountTokens> {
  const { account: key, client_id, scope, nonce, ...changes } = body;
  const { world, issuer, origin } = google;
  const account = world.accounts.named(key);
  const profile = withoutNulls({
    ...profileOf(account, origin),
    ...(changes.sub && { picture: origin + avatarPath(changes.sub) }),
    ...(changes.name && { family_name: null, ...nameClaims(changes.name) }),
    ...changes,
  }) as unknown as Profile;
  const tokens = await issuer.issueTokens({
    clientId: client_id ?? google.clientId,
    scopes: parseScope(scope),
    nonce,
    accessType: "online",
    profile,
    stillGood: world.standing.vouchFor(account),
  });
  return { ...tokens, account: profile };
}
