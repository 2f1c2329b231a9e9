import type { OptionRule } from "./check-options.ts";
import type { DeviceCode } from "./device-code.ts";
import type { OAuthManagerOptions } from "./options.ts";
import type { ProviderProof } from "./provider-proof.ts";
import type { Session } from "./session.ts";
import type { AccountStorage } from "./storage/storage.ts";

/** The body of `POST /api/login` and `POST /api/identities`: one proof of who the player is. */
export type SignInProof =
  | { login_code: string; code_verifier: string }
  | { transfer_code: string }
  | { provider: "guest"; guest_key: string }
  | ({ provider?: string } & ProviderProof);

/** One sign-in under way. */
export interface SignInAttempt {
  readonly options: OAuthManagerOptions;
  /** What the game asked for; undefined leaves it to the platform. */
  readonly mode: "popup" | "redirect" | "code" | undefined;
  /** Whose page the player signs in at. */
  readonly provider: string;
  /** The id of the player who is to have one more way in; undefined when somebody signs in. */
  readonly link: number | undefined;
  /** Aborted when the sign-in is over: given up and too late, with an AccountError as reason, but also when done. */
  readonly signal: AbortSignal;
  /** Trades the proof for a session, or for one more way in; or signs in with a session at hand. @throws AccountError */
  complete(proof: SignInProof | Session): Promise<void>;
  /**
   * The page the player signs in at, how to show it again should the game call `login()` again, what came of it when no
   * browser could be opened, and the code that the page asks for.
   */
  showing(url: string, showAgain: () => void, failure?: unknown, code?: DeviceCode): void;
  /**
   * Signs in by a code instead, where nobody asked for another mode. `failure` is why no browser opened. A link cannot.
   *
   * @throws AccountError `code_unavailable`, …
   */
  readonly byCode?: (failure?: unknown) => Promise<void>;
}

/** Signs the player in, or rejects with an AccountError. */
export type SignIn = (attempt: SignInAttempt) => Promise<void>;

/** The second half of a sign-in, or of a link, that was begun before. */
export interface Unfinished {
  readonly signIn: SignIn;
  readonly link: number | undefined;
}

/** What differs between a browser and a desktop. */
export interface Platform {
  /** What the player calls this device, unless the game says so. */
  readonly device?: () => string;
  readonly optionRules?: readonly OptionRule[];
  storage(options: OAuthManagerOptions): AccountStorage;
  signIn: SignIn;
  /** The second half of a sign-in that left this page, when this page load is its return. */
  returning?(backendUrl: string): Unfinished | undefined;
  /** The second half of a sign-in whose answer is an app link. */
  returningByLink?(backendUrl: string, url: string): Promise<Unfinished | undefined>;
  /** Calls `finish` with the second half of sign-ins that an earlier load of this page began; returns how to stop. */
  resume?(backendUrl: string, finish: (unfinished: Unfinished) => void): () => void;
  /** Calls `awake` when the game is looked at again and `online` when the network is back; returns how to stop. */
  watch?(awake: () => void, online: () => void): (() => void) | undefined;
}
