import type { AccountError } from "./errors.ts";
import type { OAuthManagerOptions } from "./options.ts";
import type { AccountStorage } from "./storage/storage.ts";

/** The body of `POST /api/login`: one proof of who the player is. */
export type SignInProof =
  | { login_code: string; code_verifier: string }
  | { code: string; code_verifier: string; redirect_uri: string }
  | { id_token: string; nonce?: string | undefined }
  | { provider: "guest"; guest_key: string };

/** One sign-in under way. */
export interface SignInAttempt {
  readonly options: OAuthManagerOptions;
  readonly mode: "popup" | "redirect";
  /** Aborted when the sign-in is over: given up and too late, with an AccountError as reason, but also when done. */
  readonly signal: AbortSignal;
  /** Trades the proof for a session. @throws AccountError */
  complete(proof: SignInProof): Promise<void>;
  /**
   * The page the player signs in at, how to show it again should the game call `login()` again, and why it could not
   * be shown.
   */
  showing(url: string, showAgain: () => void, error?: AccountError): void;
}

/** Signs the player in, or rejects with an AccountError. */
export type SignIn = (attempt: SignInAttempt) => Promise<void>;

/** What differs between a browser and a desktop. */
export interface Platform {
  /** What the player calls this device, unless the game says so. */
  readonly device?: () => string;
  storage(options: OAuthManagerOptions): AccountStorage;
  signIn: SignIn;
  /** The second half of a sign-in that left this page, when this page load is its return. */
  returning?(backendUrl: string): SignIn | undefined;
  /** The second half of a sign-in whose answer is an app link. */
  returningByLink?(backendUrl: string, link: string): SignIn | undefined;
  /** Calls `finish` with the second half of sign-ins that an earlier load of this page began; returns how to stop. */
  resume?(backendUrl: string, finish: (signIn: SignIn) => void): () => void;
  /** Calls `awake` when the game is looked at again and `online` when the network is back; returns how to stop. */
  watch?(awake: () => void, online: () => void): (() => void) | undefined;
}
