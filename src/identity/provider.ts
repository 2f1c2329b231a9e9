import type { Clock } from "../clock";
import type { Config } from "../config/config";

/** What an id of a provider looks like, as a pattern of JSON Schema. */
export const PROVIDER_ID = "^[a-z0-9_-]{1,64}$";

/** Google's id, and the provider of a sign-in that names none. */
export const GOOGLE = "google";
export const APPLE = "apple";

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

/** What makes an identity one; no provider's id has a colon in it. */
export function identityKey({ provider, subject }: Pick<Identity, "provider" | "subject">): string {
  return `${provider}:${subject}`;
}

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

/** The browser's way to the provider (RFC 6749 §4.1.1; RFC 7636 §4.3, method S256; OpenID Connect Core §3.1.2.1). */
export type AuthorizationUrlParameters = {
  redirectUri: string;
  state: string;
  codeChallenge: string;
  /** For an id token to carry, where the provider makes them. */
  nonce: string;
};

/** A code that the provider issued to `redirectUri` (RFC 6749 §4.1.3, RFC 7636 §4.5). */
export type CodeGrant = {
  code: string;
  codeVerifier: string;
  /** Null where the code came to no page, as in a game inside the provider's own client. */
  redirectUri: string | null;
  /** That the id token has to carry, where the code was asked for with one. */
  nonce?: string | undefined;
};

/** What a game holds of a provider's. */
export type IdentityProof =
  | { kind: "access_token"; token: string }
  | { kind: "id_token"; token: string; nonce: string | undefined }
  | ({ kind: "code" } & CodeGrant)
  | { kind: "server_auth_code"; code: string }
  | { kind: "ticket"; ticket: string };

/** What a proof cannot do without in the body of a sign-in. */
export type ProofCompanion = "code_verifier" | "redirect_uri" | "nonce";

/**
 * A way in. One file in this folder, and one line in `providers.ts`.
 *
 * Refusals are the player's affair (4xx); an answer that is missing, late or broken is the provider's (503, see
 * `refusals.ts`). Neither message carries anything that the provider or the game sent.
 */
export type IdentityProvider = {
  /** Names it in paths (`/auth/:provider/start`) and in `identities`; see {@link PROVIDER_ID}. */
  readonly id: string;
  /** What players call it, for a game's buttons: `Google`. */
  readonly name: string;
  /** What `POST /api/login` takes as its proof, each with what has to come with it. */
  readonly proofs: Readonly<Partial<Record<IdentityProof["kind"], readonly ProofCompanion[]>>>;
  /**
   * @param proof of a kind that `proofs` names
   * @throws {ApiError} when the proof does not hold, is another application's, or the provider does not answer
   */
  verifyProof(proof: IdentityProof): Promise<VerifiedIdentity>;
  /** The way through a page of the provider's; none where players sign in without one. */
  readonly page?: SignInPage;
};

/** A page of a provider's on which a player says who they are. */
export type SignInPage = {
  /** Whether it only adds a way in to a player who is signed in already. */
  readonly linksOnly?: boolean;
  /** @returns where it is. @throws {ApiError} when the provider does not answer */
  authorizationUrl(parameters: AuthorizationUrlParameters): string | Promise<string>;
  /**
   * What of the answer to the callback proves the player; OAuth's `code` unless the provider has another.
   * @returns null when there is none, as after a refusal
   * @throws {ApiError} when the provider does not answer
   */
  codeIn?(answer: URLSearchParams): string | null | Promise<string | null>;
  /** Whether the player said no; OAuth's `error=access_denied` unless the provider has another way to say so. */
  isDeclined?(answer: URLSearchParams): boolean;
  /** For a provider whose answer the browser posts as a form (OAuth 2.0 Form Post Response Mode §2). */
  readonly postsAnswer?: {
    /** @returns what it tells of the player's name, if anything: nobody vouches for it */
    suggestedName(answer: URLSearchParams): string | null;
  };
  /** @throws {ApiError} when the provider refuses the code or does not answer */
  exchangeCode(grant: CodeGrant & { redirectUri: string }): Promise<VerifiedIdentity>;
};

export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** What a provider is made of. */
export type ProviderWorld = { config: Config; clock: Clock; fetch: Fetch };

/** @returns the ways in that the configuration has of it, which may be none */
export type ProviderFactory = (world: ProviderWorld) => IdentityProvider | readonly IdentityProvider[];
