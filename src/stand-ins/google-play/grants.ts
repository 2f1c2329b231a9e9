import type { Timepiece } from "../../clock";
import { Credentials, unguessable, type Vouched } from "../credentials";
import type { Account } from "../picker/accounts";

/** A player, behind a token. */
export type Grant = Vouched & { account: Account };

/** A player, behind a code that one client may exchange. */
export type CodeGrant = Grant & { clientId: string };

export const CODE_LIFETIME_SECONDS = 600;
export const ACCESS_TOKEN_LIFETIME_SECONDS = 3599;

/** Server auth codes, and the access tokens that they buy. */
export class Grants {
  readonly codes: Credentials<CodeGrant>;
  readonly accessTokens: Credentials<Grant>;

  constructor(clock: Timepiece) {
    this.codes = new Credentials({
      clock,
      lifetimeSeconds: CODE_LIFETIME_SECONDS,
      make: () => `4/0local-${unguessable()}`,
    });
    this.accessTokens = new Credentials({
      clock,
      lifetimeSeconds: ACCESS_TOKEN_LIFETIME_SECONDS,
      make: () => `ya29.local-${unguessable()}`,
    });
  }
}
