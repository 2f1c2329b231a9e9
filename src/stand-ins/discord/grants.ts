import type { Timepiece } from "../../clock";
import { Credentials, unguessable, type Vouched } from "../credentials";
import type { Account } from "../picker/accounts";

/** What a player allowed an application. */
export type Grant = Vouched & {
  account: Account;
  scopes: string[];
};

/** A grant waiting behind an authorization code. */
export type CodeGrant = Grant & {
  clientId: string;
  /** Undefined for an Activity, which no page leads back to. */
  redirectUri: string | undefined;
  /** PKCE, S256 (RFC 7636); undefined when the application sent none. */
  codeChallenge: string | undefined;
};

export const CODE_LIFETIME_SECONDS = 100;
/** A week. */
export const ACCESS_TOKEN_LIFETIME_SECONDS = 604_800;

/** Discord's codes and access tokens. */
export class Grants {
  readonly codes: Credentials<CodeGrant>;
  readonly accessTokens: Credentials<Grant>;

  constructor(clock: Timepiece) {
    const make = () => unguessable().slice(0, 30);
    this.codes = new Credentials({ clock, lifetimeSeconds: CODE_LIFETIME_SECONDS, make });
    this.accessTokens = new Credentials({ clock, lifetimeSeconds: ACCESS_TOKEN_LIFETIME_SECONDS, make });
  }
}
