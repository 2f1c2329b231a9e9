import type { Clock } from "./clock.ts";
import type { FetchLike } from "./http.ts";
import type { AccountStorage } from "./storage/storage.ts";
import type { UserInfo } from "./user.ts";

export interface OAuthManagerOptions {
  /** The account server, for example `https://accounts.example.com`. The only option that every game needs. */
  backendUrl: string;
  /**
   * Desktop. With a Google client id the player is sent straight to Google, which must know the redirect
   * `http://localhost:<port>/auth/google/callback`. Without one the account server is Google's client.
   */
  clientId?: string | undefined;
  /**
   * Not used, and not needed: the account server keeps the secret.
   * @deprecated A secret inside a game is no secret.
   */
  clientSecret?: string | undefined;
  /** Names the folder that the session is kept in. Desktop. Default `Robotouille`. */
  appName?: string | undefined;
  /** The folder above `appName` on Windows. Default `appName`. */
  appAuthor?: string | undefined;
  /**
   * Where the desktop listener waits while signing in. Default 5000; 0 takes any free port. When it is busy
   * another one is taken, except with `clientId`, as Google knows only the registered one: `port_busy`.
   */
  port?: number | undefined;
  /**
   * `queued` (default): callbacks wait for `processCallbacks()`. `immediate`: they run by themselves, for games
   * without a loop.
   */
  callbacks?: "queued" | "immediate" | undefined;
  /** Where the session is kept. Default: localStorage, or a file in the user's data folder. */
  storage?: AccountStorage | undefined;
  /** How long a sign-in waits for the player. Default 300. */
  loginTimeoutSeconds?: number | undefined;
  /**
   * Browser. The page that Google's answer comes back to, of the same origin as the game: a page that
   * creates an OAuthManager. Default: the page itself.
   */
  redirectUri?: string | undefined;
  /** Desktop. Opens the system browser; for Electron `shell.openExternal`. Default: `BROWSER` or the platform's way. */
  openUrl?: ((url: string) => unknown) | undefined;
  /** Desktop, with `clientId`: Google's authorization endpoint, or that of a stand-in. */
  googleAuthUrl?: string | undefined;
  /** Told when a callback of the game threw or the storage failed. Default `console.warn`. */
  warn?: ((message: string, error: unknown) => void) | undefined;
  /** Default: the platform's fetch. */
  fetch?: FetchLike | undefined;
  /** Default: the device's clock. */
  clock?: Clock | undefined;
}

export interface LoginOptions {
  onSuccess?: ((user: UserInfo) => void) | undefined;
  onLogout?: (() => void) | undefined;
  /** Browser. A `popup` (default), to be called in a click, or a full-page `redirect`. */
  mode?: "popup" | "redirect" | undefined;
  /** Gives the sign-in up: `cancelled`. */
  signal?: AbortSignal | undefined;
}
