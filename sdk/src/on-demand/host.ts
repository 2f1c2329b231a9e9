import type { CurrentSession } from "../current-session.ts";
import type { AccountError } from "../errors.ts";
import type { Answer, Http } from "../http.ts";
import type { OAuthManager } from "../oauth-manager.ts";
import type { SignInProof } from "../platform.ts";
import type { Refresher } from "../refresher.ts";
import type { SessionStore } from "../session-store.ts";
import type { SignInFlow } from "../sign-in/flow.ts";
import type { UserInfo } from "../user.ts";

/**
 * What of a manager the calls work with that are loaded when they are needed. They get it handed over and import types
 * alone, so that a browser loads nothing twice.
 */
export interface Host {
  readonly AccountError: typeof AccountError;
  readonly currentSession: CurrentSession;
  readonly oauth: OAuthManager;
  /** What the player calls this device. */
  readonly device: string | undefined;
  readonly http: Http;
  readonly refresher: Refresher;
  readonly signInFlow: SignInFlow;
  readonly store: SessionStore;
  /** Sends a request with the player's token. @throws AccountError */
  request(method: string, path: string, body?: Answer): Promise<Answer>;
  /** Signs in with a proof at hand. @throws AccountError */
  signInWith(proof: SignInProof): Promise<UserInfo>;
  /** Takes over what is stored. */
  load(): Promise<void>;
}
