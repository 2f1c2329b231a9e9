import { createHash, randomBytes } from "node:crypto";
import { SignJWT } from "jose";
import { epochSeconds, type Timepiece } from "../../clock";
import { ExpiringMap } from "../expiring-map";
import type { SigningKeys } from "../keys";
import { type Profile, releasedProfile } from "./scopes";

/** What a player allowed a client. */
export type Grant = {
  clientId: string;
  scopes: string[];
  profile: Profile;
  nonce: string | undefined;
  accessType: "online" | "offline";
  /** False once Google took back what it gave this player. */
  stillGood(): boolean;
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
const CAPACITY = 10_000;

/** Makes and remembers authorization codes and access tokens, and signs id tokens. */
export class TokenIssuer {
  readonly #clock: Timepiece;
  readonly #issuer: string;
  readonly #keys: SigningKeys;
  readonly #codes: ExpiringMap<CodeGrant>;
  readonly #accessTokens: ExpiringMap<Grant>;

  constructor(options: { clock: Timepiece; issuer: string; keys: SigningKeys }) {
    const { clock } = options;
    this.#clock = clock;
    this.#issuer = options.issuer;
    this.#keys = options.keys;
    this.#codes = new ExpiringMap({ clock, lifetimeSeconds: CODE_LIFETIME_SECONDS, capacity: CAPACITY });
    this.#accessTokens = new ExpiringMap({
      clock,
      lifetimeSeconds: ACCESS_TOKEN_LIFETIME_SECONDS,
      capacity: CAPACITY,
    });
  }

  issueCode(grant: CodeGrant): string {
    const code = `4/local-${randomBytes(32).toString("base64url")}`;
    this.#codes.set(code, grant);
    return code;
  }

  /** The grant behind a code, once and within its lifetime. */
  redeemCode(code: string): CodeGrant | undefined {
    const grant = this.#codes.take(code);
    return grant?.stillGood() ? grant : undefined;
  }

  async issueTokens(grant: Grant): Promise<TokenResponse> {
    const accessToken = `ya29.local-${randomBytes(32).toString("base64url")}`;
    this.#accessTokens.set(accessToken, grant);
    return {
      access_token: accessToken,
      expires_in: ACCESS_TOKEN_LIFETIME_SECONDS,
      scope: grant.scopes.join(" "),
      token_type: "Bearer",
      ...(grant.scopes.includes("openid") && { id_token: await this.#signIdToken(grant, accessToken) }),
    };
  }

  /** The grant behind a living access token, and the seconds it has left. */
  lookUp(accessToken: string): { grant: Grant; expiresAt: number; expiresIn: number } | undefined {
    const entry = this.#accessTokens.get(accessToken);
    if (!entry?.value.stillGood()) return undefined;
    return {
      grant: entry.value,
      expiresAt: entry.expiresAt,
      expiresIn: entry.expiresAt - epochSeconds(this.#clock),
    };
  }

  async #signIdToken(grant: Grant, accessToken: string): Promise<string> {
    const { kid, privateKey } = await this.#keys.current();
    const { sub, ...claims } = releasedProfile(grant.profile, grant.scopes);
    const issuedAt = epochSeconds(this.#clock);
    return new SignJWT({
      azp: grant.clientId,
      ...claims,
      at_hash: accessTokenHash(accessToken),
      ...(grant.nonce !== undefined && { nonce: grant.nonce }),
    })
      .setProtectedHeader({ alg: "RS256", kid, typ: "JWT" })
      .setIssuer(this.#issuer)
      .setAudience(grant.clientId)
      .setSubject(sub)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + ID_TOKEN_LIFETIME_SECONDS)
      .sign(privateKey);
  }
}

/** `at_hash` of OpenID Connect Core §3.1.3.6: the left half of the token's SHA-256. */
function accessTokenHash(accessToken: string): string {
  return createHash("sha256").update(accessToken).digest().subarray(0, 16).toString("base64url");
}
