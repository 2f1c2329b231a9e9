import type { Timepiece } from "../../clock";
import { Credentials, unguessable, type Vouched } from "../credentials";
import type { SigningKeys } from "../keys";
import { accessTokenHash, signIdToken } from "../oauth/id-token";
import { type Claims, releasedClaims, type Scope } from "./scopes";

/** What a player allowed a client. */
export type Grant = Vouched & {
  clientId: string;
  scopes: Scope[];
  claims: Claims;
  nonce: string | undefined;
};

/** A grant waiting behind an authorization code. */
export type CodeGrant = Grant & {
  redirectUri: string;
  /** PKCE, S256 (RFC 7636); undefined when the client sent none. */
  codeChallenge: string | undefined;
};

/** OpenID Connect Core §3.1.3.3; `expires_in` in seconds. */
export type TokenResponse = {
  access_token: string;
  token_type: "Bearer";
  expires_in: number;
  scope: string;
  id_token: string;
};

export const CODE_LIFETIME_SECONDS = 60;
export const TOKEN_LIFETIME_SECONDS = 3600;

/** Makes and remembers authorization codes and access tokens, and signs id tokens. */
export class TokenIssuer {
  readonly #clock: Timepiece;
  readonly #keys: SigningKeys;
  readonly codes: Credentials<CodeGrant>;
  readonly accessTokens: Credentials<Grant>;

  constructor({ clock, keys }: { clock: Timepiece; keys: SigningKeys }) {
    this.#clock = clock;
    this.#keys = keys;
    this.codes = new Credentials({ clock, lifetimeSeconds: CODE_LIFETIME_SECONDS, make: unguessable });
    this.accessTokens = new Credentials({
      clock,
      lifetimeSeconds: TOKEN_LIFETIME_SECONDS,
      make: unguessable,
    });
  }

  /** @param issuer `iss` of the id token */
  async issueTokens(grant: Grant, issuer: string): Promise<TokenResponse> {
    const { clientId, scopes, nonce } = grant;
    const accessToken = this.accessTokens.issue(grant);
    const claims = {
      iss: issuer,
      aud: clientId,
      ...releasedClaims(grant.claims, scopes),
      at_hash: accessTokenHash(accessToken),
      nonce,
    };
    const signing = { keys: this.#keys, clock: this.#clock, lifetimeSeconds: TOKEN_LIFETIME_SECONDS };
    return {
      access_token: accessToken,
      token_type: "Bearer",
      expires_in: TOKEN_LIFETIME_SECONDS,
      scope: scopes.join(" "),
      id_token: await signIdToken(claims, signing),
    };
  }
}
