import { type Account, accountNumber } from "../picker/accounts";
import { avatarPath } from "../picker/avatar";
import type { Claims } from "./scopes";

/** What the issuer says of a player. Its subject is 32 hexadecimal digits. */
export function claimsOf(account: Account, origin: string): Claims {
  const { id, email, ...name } = account;
  return {
    sub: accountNumber(account, "openid").toString(16).padStart(64, "0").slice(0, 32),
    email,
    email_verified: true,
    ...name,
    preferred_username: email.split("@")[0] ?? email,
    picture: origin + avatarPath(id),
  };
}
