import type { OAuthManagerOptions } from "./options.ts";
import type { AccountStorage } from "./storage/storage.ts";

/** The body of `POST /api/login`: one proof of who the player is. */
export type SignInProof =
  | { login_code: string; code_verifier: string }
  | { code: string; code_verifier: string; redirect_uri: string }
  | { id_token: string; nonce?: string | undefined };

/** One sign-in under way. */
export interface SignInAttempt {
  readonly options: OAuthManagerOptions;
  readonly mode: "popup" | "redirect";
  /** Aborted when the sign-in is over: given up and too late, with an AccountError as reason, but also when done. */
  readonly signal: AbortSignal;
  /** Trades the proof for a session. @throws AccountError */
  complete(proof: SignInProof): Promise<void>;
  /** The page the player signs in at, and how to show it again should the game call `login()` again. */
  showing(url: string, again: () => void): void;
}

/** Signs the player in, or rejects with an AccountError. */
export type SignIn = (attempt: SignInAttempt) => Promise<void>;

/** What differs between a browser and a desktop. */
export interface Platform {
  storage(options: OAuthManagerOptions): AccountStorage;
  signIn: SignIn;
  /** The second half of a sign-in that left this page, when this page load is its return. */
  returning?(): SignIn | undefined;
  /** Calls `awake` when the game is looked at again and `online` when the network is back; returns how to stop. */
  watch?(awake: () => void, online: () => void): (() => void) | undefined;
}
