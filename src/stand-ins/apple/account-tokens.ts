import { z } from "zod";
import type { World } from "../stand-in";
import { withoutNulls } from "../without-nulls";
import { claimsOf, type TokenIssuer } from "./token-issuer";

const flag = z.union([z.boolean(), z.enum(["true", "false"])]);

/** Who gets an id token, and which claims differ from the account's own: a value replaces one, null leaves it out. */
export const accountTokensBody = z.strictObject({
  /** `ada`, `bruno`, `chloe`, or any email. */
  account: z.string(),
  /** The app's bundle id. */
  client_id: z.string().min(1).max(2048).optional(),
  nonce: z.string().max(2048).optional(),
  sub: z.string().min(1).max(255).optional(),
  email: z.string().max(2048).nullish(),
  email_verified: flag.optional(),
  is_private_email: flag.optional(),
});

/** What an app gets of Apple's own dialog: an id token, and here the claims in it. */
export type AccountTokens = { id_token: string; account: Record<string, unknown> };

/** @throws {OAuthError} `invalid_request` when `account` is neither an invented player nor an email. */
export async function issueAccountTokens(
  body: z.infer<typeof accountTokensBody>,
  { world, issuer, clientId }: { world: World; issuer: TokenIssuer; clientId: string },
): Promise<AccountTokens> {
  const { account: key, client_id = clientId, nonce, ...changes } = body;
  const account = world.accounts.named(key);
  const told = withoutNulls({ ...claimsOf(account), ...changes });
  return { id_token: await issuer.signIdToken(client_id, { ...told, nonce }), account: told };
}
