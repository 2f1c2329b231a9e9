import { defaultPlatform } from "#platform";
import { authorizedFetch } from "./authorized-fetch.ts";
import { type AccountEvents, Callbacks, type LoginStatus } from "./callbacks.ts";
import { systemClock } from "./clock.ts";
import { CurrentSession } from "./current-session.ts";
import { AccountError } from "./errors.ts";
import { type Answer, Http } from "./http.ts";
import type { LoginOptions, OAuthManagerOptions } from "./options.ts";
import type { Platform, SignInAttempt, SignInProof } from "./platform.ts";
import { Refresher } from "./refresher.ts";
import type { Session } from "./session.ts";
import { SessionStore } from "./session-store.ts";
import { SignInFlow } from "./sign-in/flow.ts";
import { parseUser, type UserInfo } from "./user.ts";

/** Signs a player in and keeps them signed in. Every method that can fail rejects with an AccountError. */
export class OAuthManager {
  readonly #platform: Platform;
  readonly #callbacks: Callbacks;
  readonly #http: Http;
  readonly #store: SessionStore;
  readonly #current: CurrentSession;
  readonly #refresher: Refresher;
  readonly #flow: SignInFlow;
  readonly #unwatch: ((() => void) | undefined)[];
  #handlers: ((() => void) | undefined)[] = [];
  /** The last `status` event, as JSON. */
  #announced = JSON.stringify({ state: "not_started" });
  #disposed = false;

  constructor(options: OAuthManagerOptions);
  /** @internal For tests: with a platform of their own. */
  constructor(options: OAuthManagerOptions, platform: Platform);
  constructor(given: OAuthManagerOptions, platform: Platform = defaultPlatform) {
    const options = { ...given, backendUrl: new URL(given.backendUrl).href.replace(/\/+$/, "") };
    const { clock = systemClock, fetch = (...request) => globalThis.fetch(...request) } = options;
    // biome-ignore lint/suspicious/noConsole: the default for games that give no `warn`.
    const { warn = console.warn } = options;
    this.#platform = platform;
    this.#callbacks = new Callbacks(options.callbacks === "immediate", warn);
    this.#http = new Http(options.backendUrl, fetch, clock);
    const key = `account-sdk:${options.backendUrl}`;
    this.#store = new SessionStore(options.storage ?? platform.storage(options), key, clock, warn);
    this.#current = new CurrentSession(this.#callbacks, () => this.#sessionChanged());
    this.#refresher = new Refresher(this.#http, this.#store, this.#current, clock);
    this.#flow = new SignInFlow(
      options,
      clock,
      (proof, signal) => this.#exchange(proof, signal),
      () => this.#announce(),
    );
    this.#unwatch = [
      this.#store.watch(() => void this.#load()),
      platform.watch?.(
        () => this.#refresher.check(),
        () => this.#refresher.retry(),
      ),
    ];
    const returning = platform.returning?.();
    if (returning) this.#flow.start(returning).catch(() => {});
  }

  /**
   * Signs the player in: from the store when they are, else through Google. Returns at once; `getLoginStatus()`
   * and the `status` event tell how it goes. During a sign-in it shows the sign-in page once more.
   * The handlers replace those of an earlier call.
   */
  login({ onSuccess, onLogout, ...options }: LoginOptions = {}): void {
    this.#requireAlive();
    for (const off of this.#handlers) off?.();
    this.#handlers = [onSuccess && this.on("login", onSuccess), onLogout && this.on("logout", onLogout)];
    const user = this.getUser();
    if (user) this.#callbacks.emit("login", user);
    else this.#flow.start((attempt) => this.#signIn(attempt), options).catch(() => {});
  }

  /** Signs the player in with a Google ID token, as Google One Tap hands it over, and the nonce it was asked for with. */
  async loginWithIdToken(idToken: string, nonce?: string): Promise<UserInfo> {
    this.#requireAlive();
    this.#flow.cancel();
    await this.#flow.start(({ complete }) => complete({ id_token: idToken, nonce }));
    return this.#refresher.required().user;
  }

  /** Runs the callbacks that are due. Call it once in every turn of the game loop. */
  processCallbacks(): void {
    this.#callbacks.process();
  }

  /** Brings the stored session back, also without a network. @returns whether a player is signed in. */
  async loadStoredCredentials(): Promise<boolean> {
    this.#requireAlive();
    await this.#flow.done;
    if (!this.#current.value) await this.#load();
    return this.isLoggedIn();
  }

  /** Refreshes now. @returns the player as the server knows them. */
  async refreshTokens(): Promise<UserInfo> {
    this.#requireAlive();
    return (await this.#refresher.refresh()).user;
  }

  /** @throws AccountError `username_taken`, `username_invalid` with `reason`, … */
  async updateUsername(name: string): Promise<UserInfo> {
    return this.#updateProfile("/api/update_username", { new_username: name });
  }

  /** An `https:` URL, an avatar key, or null for none. */
  async updatePicture(picture: string | null): Promise<UserInfo> {
    return this.#updateProfile("/api/update_picture", { new_picture: picture });
  }

  /** The player, or null. Never waits. */
  getUser(): UserInfo | null {
    return this.#current.value?.user ?? null;
  }

  isLoggedIn(): boolean {
    return this.#current.value !== null;
  }

  getLoginStatus(): LoginStatus {
    const user = this.getUser();
    return user ? { state: "success", user } : this.#flow.status;
  }

  /** Signs out here, in the other tabs and processes of this game, and at the server if it can be reached. */
  async logout(): Promise<void> {
    this.#requireAlive();
    const session = this.#current.value;
    this.#flow.cancel();
    this.#current.replace(null);
    const stored = await this.#store.clear();
    const tokens = new Set([session?.refreshToken, stored?.refreshToken]);
    await Promise.all([...tokens].map((token) => this.#revoke(token)));
  }

  /** Calls `listener` at every such event. @returns how to stop that. */
  on<Event extends keyof AccountEvents>(event: Event, listener: AccountEvents[Event]): () => void {
    return this.#callbacks.on(event, listener);
  }

  /** A fresh access token, for the game's own servers. */
  async getAccessToken(): Promise<string> {
    this.#requireAlive();
    return (await this.#refresher.fresh()).accessToken;
  }

  /** Like the global fetch, with the player's access token; an answer of 401 is tried once more after a refresh. */
  async fetch(input: Request | URL | string, init?: RequestInit): Promise<Response> {
    this.#requireAlive();
    return authorizedFetch(this.#http, this.#refresher, input, init);
  }

  /** Stops everything: timers, listeners, callbacks. The player stays signed in for the next start. */
  dispose(): void {
    this.#disposed = true;
    this.#callbacks.close();
    this.#current.value = null;
    this.#refresher.schedule();
    this.#store.close();
    this.#http.close();
    this.#flow.cancel();
    for (const stop of this.#unwatch) stop?.();
  }

  /** Opens a popup before it returns, when the storage answers at once: browsers ask for that. */
  #signIn(attempt: SignInAttempt): Promise<void> {
    const go = (stored: Session | null) => {
      if (!stored) return this.#platform.signIn(attempt);
      if (!attempt.signal.aborted) this.#current.replace(stored);
      return Promise.resolve();
    };
    const stored = this.#store.read();
    return stored instanceof Promise ? stored.then(go) : go(stored);
  }

  async #exchange(proof: SignInProof, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const session = await this.#http.postForSession("/api/login", proof);
    if (!signal.aborted) await this.#store.write(session);
    if (signal.aborted && !this.#current.is(session)) {
      await this.#store.swap(session.refreshToken, () => null);
      if (!this.#disposed) void this.#revoke(session.refreshToken);
      throw signal.reason;
    }
    this.#current.replace(session);
  }

  async #updateProfile(path: string, change: Answer): Promise<UserInfo> {
    const answer = await this.#http.post(path, change, (url, init) => this.fetch(url, init));
    const user = parseUser(answer.user);
    if (!user) throw new AccountError("invalid_response", "The answer carries no player.");
    const session = this.#current.value;
    if (session?.user.id === user.id) {
      await this.#store.swap(session.refreshToken, (stored) => ({ ...stored, user }));
      const { value } = this.#current;
      if (value?.user.id === user.id) this.#current.replace({ ...value, user });
    }
    return user;
  }

  /** Takes over what another tab or process has stored. */
  async #load(): Promise<void> {
    const before = this.#current.value;
    const stored = await this.#store.read();
    if (this.#disposed || this.#current.value !== before) return;
    this.#current.replace(stored);
    if (stored) this.#flow.cancel();
  }

  /** RFC 7009, as far as the network allows. */
  async #revoke(refreshToken: string | undefined): Promise<void> {
    if (refreshToken) await this.#http.post("/api/logout", { refresh_token: refreshToken }).catch(() => {});
  }

  #sessionChanged(): void {
    this.#refresher.check();
    this.#announce();
  }

  #announce(): void {
    const status = this.getLoginStatus();
    const before = this.#announced;
    this.#announced = JSON.stringify(status);
    if (before !== this.#announced) this.#callbacks.emit("status", status);
  }

  #requireAlive(): void {
    if (this.#disposed) throw new AccountError("disposed", "Already disposed of.");
  }
}
