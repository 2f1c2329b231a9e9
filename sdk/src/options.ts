import type { Clock } from "./clock.ts";
import type { AccountError } from "./errors.ts";
import type { FetchLike } from "./http.ts";
import type { AccountStorage } from "./storage/storage.ts";
import type { UserInfo } from "./user.ts";

export interface OAuthManagerOptions {
  /**
   * The account server, the only option that every game needs. An absolute https URL, or http for one on this computer;
   * it may have a path.
   *
   * @example "https://accounts.example.com"
   */
  backendUrl: string;
  /**
   * Desktop. With a Google client id the player is sent straight to Google, which must know the redirect
   * `http://localhost:<port>/auth/google/callback`. Without one the account server is Google's client.
   *
   * @example "1234.apps.googleusercontent.com"
   */
  clientId?: string | undefined;
  /**
   * Accepted for old games and ignored: the account server keeps the secret.
   *
   * @deprecated A secret inside a game is no secret.
   * @example undefined
   */
  clientSecret?: string | undefined;
  /**
   * Desktop. Names the folder that the session is kept in, and the game on the last page of a sign-in. Default
   * `Robotouille`.
   *
   * @example "My Kitchen"
   */
  appName?: string | undefined;
  /**
   * Desktop. The folder above `appName` on Windows. Default: `appName`.
   *
   * @example "My Studio"
   */
  appAuthor?: string | undefined;
  /**
   * What the player calls this device in the list of {@link OAuthManager.sessions}: 64 characters at most. Default: the
   * system and the name of the computer, or the browser and the system.
   *
   * @example "Living room"
   */
  device?: string | undefined;
  /**
   * Desktop. Where the listener waits during a sign-in. Default 5000; 0 takes any free port. When it is busy another
   * one is taken, except with `clientId`, because Google knows only the registered one: `port_busy`.
   *
   * @example 0
   */
  port?: number | undefined;
  /**
   * `queued` (default): callbacks wait for `processCallbacks()`. `immediate`: they run by themselves, for games
   * without a loop.
   *
   * @example "immediate"
   */
  callbacks?: "queued" | "immediate" | undefined;
  /**
   * Where the session is kept. Default: localStorage, or a file in the user's data folder.
   *
   * @example { get: (key) => map.get(key), set: (key, value) => map.set(key, value), remove: (key) => map.delete(key) }
   */
  storage?: AccountStorage | undefined;
  /**
   * How many seconds a sign-in waits for the player. Default 300, and by a code as long as that is good; `Infinity` waits
   * until it is given up.
   *
   * @example 120
   */
  loginTimeoutSeconds?: number | undefined;
  /**
   * Browser. The page that the answer of a sign-in comes back to: of the game's origin, and creating an
   * OAuthManager. Default: the page itself. With `openUrl`: the link that opens the app, which the account server must
   * know.
   *
   * @example "com.studio.game:/cb"
   */
  redirectUri?: string | undefined;
  /**
   * Opens the system browser. On a desktop in place of `BROWSER` and the platform's way; in Electron
   * `shell.openExternal`. In a browser entry for hosts that get their answer as an app link (Capacitor, Tauri): give
   * the link as `redirectUri`, and hand it to `completeLogin()` when it comes.
   *
   * @example (url) => shell.openExternal(url)
   */
  openUrl?: ((url: string) => unknown) | undefined;
  /**
   * Desktop, with `clientId`: Google's authorization endpoint, or that of a stand-in.
   *
   * @example "http://localhost:8001/o/oauth2/v2/auth"
   */
  googleAuthUrl?: string | undefined;
  /**
   * Told when a callback of the game threw, the storage failed, the server took no proof, no browser opened, or a sign-in failed and nobody
   * listened. Default `console.warn`. Never sees a token.
   *
   * @example (message, error) => log.warn(message, error)
   */
  warn?: ((message: string, error: unknown) => void) | undefined;
  /**
   * In place of the platform's fetch.
   *
   * @example (input, init) => fetch(input, init)
   */
  fetch?: FetchLike | undefined;
  /**
   * In place of the device's clock, for tests.
   *
   * @example fakeClock
   */
  clock?: Clock | undefined;
}

/** How the player is shown a page to sign in at. */
export interface PageOptions {
  /**
   * Browser. A `popup` (default), to be called in a click, or a full-page `redirect`. On a desktop both are the system
   * browser.
   *
   * @example "redirect"
   */
  mode?: "popup" | "redirect" | undefined;
  /** Gives the sign-in up: `cancelled`. @example AbortSignal.timeout(60_000) */
  signal?: AbortSignal | undefined;
}

export interface LoginOptions extends Omit<PageOptions, "mode"> {
  /**
   * As for `link()`, or by a `code` that the player confirms on another device (RFC 8628): the `status` has it. Where
   * nothing is asked for and nothing else can work, `code` is chosen.
   *
   * @example "code"
   */
  mode?: PageOptions["mode"] | "code";
  /**
   * Whose page it is: `google` (default), `discord`, or another one of the account server's. By a code the player chooses
   * that on the other device.
   *
   * @example "discord"
   */
  provider?: string | undefined;
  /** Called with the player after each sign-in, until the next `login()`. @example (user) => greet(user.name) */
  onSuccess?: ((user: UserInfo) => void) | undefined;
  /** Called when the session ends, until the next `login()`. @example () => showTitleScreen() */
  onLogout?: (() => void) | undefined;
  /** Called with the reason when a sign-in fails, until the next `login()`. @example ({ code }) => explain(code) */
  onError?: ((error: AccountError) => void) | undefined;
}

export interface ListenOptions {
  /** `status` and `user`: calls the listener with the present state too, as the first of its calls. @example true */
  immediate?: boolean | undefined;
}
