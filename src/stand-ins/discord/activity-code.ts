import { createHash } from "node:crypto";
import { z } from "zod";
import { unguessable } from "../credentials";
import type { World } from "../stand-in";
import type { Grants } from "./grants";
import { parseScope } from "./scopes";
import { userId } from "./user";

/** Who is asked, as by `authorize` of the Embedded App SDK. */
export const activityCodeBody = z.strictObject({
  /** `ada`, `bruno`, `chloe`, or any email. */
  account: z.string(),
  client_id: z.string().min(1).max(64).optional(),
  scope: z.string().max(2048).default("identify email"),
  /** S256 of a verifier of one's own. */
  code_challenge: z
    .string()
    .regex(/^[A-Za-z0-9_-]{43}$/)
    .optional(),
});

/** What a game inside Discord's client holds. */
export type ActivityCode = {
  code: string;
  /** Unless the game has its own. */
  code_verifier?: string;
  /** The player's id at Discord, for a test to compare. */
  user_id: string;
};

/**
 * A code as an Activity gets it: bound to a challenge, and to no redirect.
 *
 * @throws {OAuthError} `invalid_request` when `account` is neither an invented player nor an email.
 */
export function activityCode(
  body: z.infer<typeof activityCodeBody>,
  discord: { world: World; grants: Grants; clientId: string },
): ActivityCode {
  const { world, grants, clientId } = discord;
  const account = world.accounts.named(body.account);
  const verifier = unguessable();
  const code = grants.codes.issue({
    account,
    clientId: body.client_id ?? clientId,
    redirectUri: undefined,
    codeChallenge: body.code_challenge ?? createHash("sha256").update(verifier).digest("base64url"),
    scopes: parseScope(body.scope),
    stillGood: world.standing.vouchFor(account),
  });
  return {
    code,
    ...(body.code_challenge === undefined && { code_verifier: verifier }),
    user_id: userId(account),
  };
}
