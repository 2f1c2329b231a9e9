import type { Timepiece } from "../../clock";
import { Credentials, unguessable, type Vouched } from "../credentials";
import type { SigningKeys } from "../keys";
import { accessTokenHash, signIdToken } from "../oauth/id-token";
import { type Profile, releasedProfile } from "./scopes";

/** What a player allowed a client. */
export type Grant = Vouched & {
  clientId: string;
  scopes: string[];
  profile: Profile;
  nonce: string | undefined;
  accessType: "online" | "offline";
};

/** A grant waiting behind an authorization code. */
export type CodeGrant = Grant & {
  redirectUri: string;
  /** PKCE, S256 (RFC 7636); undefined when the client sent none. */
  codeChallenge: string | undefined;
};

/** Google's answer at its token endpoint; `expires_in` in seconds. */
export type TokenResponse = {
  access_token: string;
  expires_in: number;
  scope: string;
  token_type: "Bearer";
  /** Present when the scope has `openid`. */
  id_token?: string;
};

export const CODE_LIFETIME_SECONDS = 60;
export const ACCESS_TOKEN_LIFETIME_SECONDS = 3599;
const ID_TOKEN_LIFETIME_SECONDS = 3600;

/** Makes and remembers authorization codes and access tokens, and signs id tokens. */
export class TokenIssuer {
  readonly #clock: Timepiece;
  readonly #issuer: string;
  readonly #keys: SigningKeys;
  readonly codes: Credentials<CodeGrant>;
  readonly accessTokens: Credentials<Grant>;

  constructor(options: { clock: Timepiece; issuer: string; keys: SigningKeys }) {
    const { clock } = options;
    this.#clock = clock;
    this.#issuer = options.issuer;
    this.#keys = options.keys;
    this.codes = new Credentials({
      clock,
      lifetimeSeconds: CODE_LIFETIME_SECONDS,
      make: () => `4/local-${unguessable()}`,
    });
    this.accessTokens = new Credentials({
      clock,
      lifetimeSeconds: ACCESS_TOKEN_LIFETIME_SECONDS,
      make: () => `ya29.local-${unguessable()}`,
    });
  }

  async issueTokens(grant: Grant): Promise<TokenResponse> {
    const accessToken = this.accessTokens.issue(grant);
    return {
      access_token: accessToken,
      expires_in: ACCESS_TOKEN_LIFETIME_SECONDS,
      scope: grant.scopes.join(" "),
      token_type: "Bearer",
      ...(grant.scopes.includes("openid") && { id_token: await this.#signIdToken(grant, accessToken) }),
    };
  }

  #signIdToken(grant: Grant, accessToken: string): Promise<string> {
    const claims = {
      iss: this.#issuer,
      azp: grant.clientId,
      aud: grant.clientId,
      ...releasedProfile(grant.profile, grant.scopes),
      at_hash: accessTokenHash(accessToken),
      nonce: grant.nonce,
    };
    return signIdToken(claims, {
      keys: this.#keys,
      clock: this.#clock,
      lifetimeSeconds: ID_TOKEN_LIFETIME_SECONDS,
    });
  }
}
