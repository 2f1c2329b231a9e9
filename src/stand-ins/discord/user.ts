import { bearerToken } from "../oauth/parameters";
import { type Account, accountNumber } from "../picker/accounts";
import { avatarPath } from "../picker/avatar";
import type { Grants } from "./grants";

/** Discord's user object, as far as `identify` and `email` open it. */
export type User = {
  /** A snowflake: 18 digits. */
  id: string;
  username: string;
  discriminator: "0";
  global_name: string;
  /** The hash of a picture, 32 hexadecimal digits. */
  avatar: string;
  banner: null;
  accent_color: null;
  flags: number;
  public_flags: number;
  premium_type: number;
  mfa_enabled: boolean;
  locale: string;
  email?: string;
  verified?: boolean;
};

const NO_STORE = { "cache-control": "no-store" };

/** `GET /users/@me`. */
export function currentUser(request: Request, grants: Grants): Response {
  const grant = grants.accessTokens.find(bearerToken(request) ?? "")?.value;
  if (!grant?.scopes.includes("identify"))
    return Response.json({ message: "401: Unauthorized", code: 0 }, { status: 401, headers: NO_STORE });
  return Response.json(userOf(grant.account, grant.scopes), { headers: NO_STORE });
}

function userOf(account: Account, scopes: string[]): User {
  return {
    id: userId(account),
    username: usernameOf(account),
    discriminator: "0",
    global_name: account.name,
    avatar: account.id.padStart(AVATAR_DIGITS, "0"),
    banner: null,
    accent_color: null,
    flags: 0,
    public_flags: 0,
    premium_type: 0,
    mfa_enabled: false,
    locale: "en-US",
    ...(scopes.includes("email") && { email: account.email, verified: true }),
  };
}

/** The player's id at Discord. */
export function userId(account: Account): string {
  const [least, count] = [10n ** 17n, 9n * 10n ** 17n];
  return String(least + (accountNumber(account, "discord") % count));
}

/** Lower-case letters, digits, `_` and `.`, 2 to 32 of them. */
function usernameOf({ email }: Account): string {
  const [local = ""] = email.toLowerCase().split("@");
  return local
    .replace(/[^a-z0-9_.]/g, "_")
    .slice(0, 32)
    .padEnd(2, "_");
}

const AVATAR_DIGITS = 32;

/** Where the picture behind a hash is; the hash has the player's number, which the pictures here are drawn from. */
export function picturePath(hash: string): string {
  return avatarPath(hash.replace(/^0+/, ""));
}
