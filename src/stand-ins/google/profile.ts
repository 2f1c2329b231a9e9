import type { Account } from "../picker/accounts";
import { avatarPath } from "../picker/avatar";
import type { Profile } from "./scopes";

/** What Google says of a player of the stand-ins: their id is the subject. */
export function profileOf({ id, ...person }: Account, origin: string): Profile {
  return { sub: id, ...person, email_verified: true, picture: origin + avatarPath(id) };
}
