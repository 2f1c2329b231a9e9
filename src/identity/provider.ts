import type { Clock } from "../clock";
import type { Config } from "../config/config";

/** Google's id, and the provider of a sign-in that names none. */
export const GOOGLE = "google";

/** Who a provider says the player is. `subject` is the identity; the email may change, be shared or be missing. */
export type Identity = {
  /** The provider's {@link IdentityProvider.id}. */
  provider: string;
  /** The provider's own, stable id of the account, 1 to 255 characters. */
  subject: string;
  email: string | null;
  /** Never true for an email that the provider does not vouch for. */
  emailVerified: boolean;
};

/** What a first sign-in takes over. */
export type Profile = {
  /** A name to suggest, the given one where there is one. */
  name: string | null;
  picture: string | null;
};

export type VerifiedIdentity = Identity & {
  /** Until when the same proof would be good again, where it serves once; for the proof that carries it, an id token. */
  expiresAt?: Date;
  /** May ask the provider once more, where the proof did not carry the profile. */
  loadProfile(): Promise<Profile>;
};

/** The browser's way to the provider (RFC 6749 §4.1.1, RFC 7636 §4.3; method S256). */
export type AuthorizationUrlParameters = { redirectUri: string; state: string; codeChallenge: string };

/** A code that the provider issued to `redirectUri` (RFC 6749 §4.1.3, RFC 7636 §4.5). */
export type CodeGrant = { code: string; codeVerifier: string; redirectUri: string };

/** What a game holds of the provider's. */
export type IdentityProof =
  | { kind: "access_token"; token: string }
  | { kind: "id_token"; token: string; nonce: string | undefined };

/**
 * A way in. One file in this folder, and one line in `providers.ts`.
 *
 * Refusals are the player's affair (4xx); an answer that is missing, late or broken is the provider's (503). Neither
 * message carries anything that the provider or the game sent.
 */
export type IdentityProvider = {
  /** Names it in paths (`/auth/:provider/start`) and in `identities`: `[a-z0-9_-]{1,64}`. */
  readonly id: string;
  /** @returns the page at which the player signs in */
  authorizationUrl(parameters: AuthorizationUrlParameters): string;
  /** @throws {ApiError} when the provider refuses the code or does not answer */
  exchangeCode(grant: CodeGrant): Promise<VerifiedIdentity>;
  /** @throws {ApiError} when the proof does not hold, is another application's, or the provider does not answer */
  verifyProof(proof: IdentityProof): Promise<VerifiedIdentity>;
};

export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** What a provider is made of. */
export type ProviderWorld = { config: Config; clock: Clock; fetch: Fetch };

export type ProviderFactory = (world: ProviderWorld) => IdentityProvider;
