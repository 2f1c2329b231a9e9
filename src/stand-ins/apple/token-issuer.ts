import type { Timepiece } from "../../clock";
import { Credentials, unguessable, type Vouched } from "../credentials";
import type { SigningKeys } from "../keys";
import { accessTokenHash, signIdToken } from "../oauth/id-token";
import { type Account, accountNumber } from "../picker/accounts";
import { ISSUER } from "./client-secret";

/** A player's consent, waiting behind a code. */
export type CodeGrant = Vouched & {
  clientId: string;
  redirectUri: string;
  nonce: string | undefined;
  codeChallenge: string | undefined;
  account: Account;
  withEmail: boolean;
};

/** Apple's `TokenResponse`. */
export type TokenResponse = {
  access_token: string;
  token_type: "Bearer";
  expires_in: number;
  refresh_token: string;
  id_token: string;
};

export const CODE_LIFETIME_SECONDS = 300;
const ID_TOKEN_LIFETIME_SECONDS = 86_400;

/** Makes and remembers codes, and signs id tokens. */
export class TokenIssuer {
  readonly #clock: Timepiece;
  readonly #keys: SigningKeys;
  readonly codes: Credentials<CodeGrant>;

  constructor({ clock, keys }: { clock: Timepiece; keys: SigningKeys }) {
    this.#clock = clock;
    this.#keys = keys;
    this.codes = new Credentials({
      clock,
      lifetimeSeconds: CODE_LIFETIME_SECONDS,
      make: () => `c${unguessable()}.0.local`,
    });
  }

  async issueTokens({ account, clientId, nonce, withEmail }: CodeGrant): Promise<TokenResponse> {
    const accessToken = `a${unguessable()}.0.local`;
    const claims = { ...claimsOf(account, withEmail), at_hash: accessTokenHash(accessToken), nonce };
    return {
      access_token: accessToken,
      token_type: "Bearer",
      expires_in: 3600,
      refresh_token: `r${unguessable()}.0.local`,
      id_token: await this.signIdToken(clientId, claims),
    };
  }

  signIdToken(clientId: string, claims: Record<string, unknown>): Promise<string> {
    const signing = { keys: this.#keys, clock: this.#clock, lifetimeSeconds: ID_TOKEN_LIFETIME_SECONDS };
    return signIdToken({ iss: ISSUER, aud: clientId, nonce_supported: true, ...claims }, signing);
  }
}

/** What Apple says of a player, its flags in text. The subject is 6 digits, 32 hexadecimal ones and 4 digits. */
export function claimsOf(account: Account, withEmail = true): Record<string, unknown> {
  const digits = accountNumber(account, "apple").toString(16).padStart(64, "0");
  const decimal = (hex: string, length: number) =>
    String(Number.parseInt(hex, 16) % 10 ** length).padStart(length, "0");
  return {
    sub: `${decimal(digits.slice(32, 40), 6)}.${digits.slice(0, 32)}.${decimal(digits.slice(40, 48), 4)}`,
    ...(withEmail && { email: account.email, email_verified: "true", is_private_email: "false" }),
  };
}
