import { defaultPlatform } from "#platform";
import { authorizedFetch } from "./authorized-fetch.ts";
import { type AccountEvents, Callbacks, type LoginStatus } from "./callbacks.ts";
import { checkOptions } from "./check-options.ts";
import { type Clock, systemClock } from "./clock.ts";
import { CurrentSession } from "./current-session.ts";
import { AccountError } from "./errors.ts";
import { type Answer, Http } from "./http.ts";
import { loginPromise } from "./login-promise.ts";
import type { ListenOptions, LoginOptions, OAuthManagerOptions } from "./options.ts";
import type { Platform, SignIn, SignInAttempt, SignInProof } from "./platform.ts";
import { Refresher } from "./refresher.ts";
import { remainingMs, type Session } from "./session.ts";
import { SessionStore } from "./session-store.ts";
import { stateMismatch } from "./sign-in/authorization.ts";
import { SignInFlow } from "./sign-in/flow.ts";
import { parseDevices, type SignedInDevice } from "./signed-in-device.ts";
import { parseUser, type UserInfo } from "./user.ts";

/**
 * The account of this game's player: signs them in and keeps them signed in. Every method that can fail rejects with an
 * AccountError.
 *
 * @example
 * const oauth = new OAuthManager({ backendUrl: "https://accounts.example.com" });
 * oauth.login({ onSuccess: (user) => console.log(`Hello ${user.name}`) });
 */
export class OAuthManager {
  readonly #platform: Platform;
  readonly #callbacks: Callbacks;
  readonly #clock: Clock;
  readonly #device: string | undefined;
  readonly #warn: (message: string, error: unknown) => void;
  readonly #http: Http;
  readonly #store: SessionStore;
  readonly #currentSession: CurrentSession;
  readonly #refresher: Refresher;
  readonly #signInFlow: SignInFlow;
  readonly #stops: ((() => void) | undefined)[];
  #handlers: ((() => void) | undefined)[] = [];
  /** What `getLoginStatus()` answers: the same object until something changes. */
  #status: LoginStatus = { state: "not_started" };
  #disposed = false;

  /** @throws AccountError `option_invalid`, naming the option. */
  constructor(options: OAuthManagerOptions);
  /** @internal For tests: with a platform of their own. */
  constructor(options: OAuthManagerOptions, platform: Platform);
  constructor(given: OAuthManagerOptions, platform: Platform = defaultPlatform) {
    const options = checkOptions(given);
    const { backendUrl, clock = systemClock, fetch = (...request) => globalThis.fetch(...request) } = options;
    // biome-ignore lint/suspicious/noConsole: the default for games that give no `warn`.
    const { warn = console.warn } = options;
    this.#platform = platform;
    this.#clock = clock;
    this.#warn = warn;
    this.#device = options.device ?? platform.device?.().slice(0, 64);
    this.#callbacks = new Callbacks(options.callbacks === "immediate", warn);
    this.#http = new Http(backendUrl, fetch, clock);
    const storage = options.storage ?? platform.storage(options);
    this.#store = new SessionStore(storage, `account-sdk:${backendUrl}`, clock, warn);
    this.#currentSession = new CurrentSession(this.#callbacks, () => this.#sessionChanged());
    this.#refresher = new Refresher(this.#http, this.#store, this.#currentSession, clock);
    this.#signInFlow = new SignInFlow(
      options,
      clock,
      (proof, signal) => this.#exchange(proof, signal),
      () => this.#announce(),
    );
    const finish = (signIn: SignIn) => void this.#signInFlow.finish(signIn).catch(() => {});
    this.#stops = [
      this.#store.watch(() => void this.#load()),
      platform.watch?.(
        () => this.#refresher.check(),
        () => this.#refresher.retry(),
      ),
      platform.resume?.(backendUrl, finish),
    ];
    const returning = platform.returning?.(backendUrl);
    if (returning) finish(returning);
  }

  /**
   * Signs the player in: from the store when they are, else through Google. During a sign-in it shows the sign-in page
   * once more. The handlers replace those of an earlier call. In a browser call it in a click.
   *
   * @returns at once, a promise of the player. A caller may ignore it: a failure is then told to `warn`, unless
   * `onError` or a `status` listener hears of it. `getLoginStatus()` and the `status` event tell how it goes.
   * @throws AccountError why nobody signed in; the README lists every code.
   * @example
   * button.onclick = () => oauth.login({ onSuccess: (user) => greet(user), onError: ({ code }) => explain(code) });
   */
  login({ onSuccess, onLogout, onError, ...options }: LoginOptions = {}): Promise<UserInfo> {
    const heard = onError || this.#callbacks.has("status");
    const ignored = (error: unknown) => {
      if (!heard && !this.#disposed) this.#warn("The sign-in failed.", error);
    };
    return loginPromise(this.#login({ onSuccess, onLogout, onError, ...options }), ignored);
  }

  /**
   * Signs the player in with a Google ID token, as Google One Tap hands it over. A session that is there already is
   * ended at the server.
   *
   * @param nonce the one that the token was asked for with.
   * @throws AccountError `google_token_invalid`, `google_audience_mismatch`, …
   * @example
   * google.accounts.id.initialize({ client_id, nonce, callback: ({ credential }) => oauth.loginWithIdToken(credential, nonce) });
   */
  async loginWithIdToken(idToken: string, nonce?: string): Promise<UserInfo> {
    this.#requireAlive();
    this.#signInFlow.cancel();
    await this.#signInFlow.start(({ complete }) => complete({ id_token: idToken, nonce }));
    return this.#refresher.required().user;
  }

  /**
   * Lets the player play at once, without an account anywhere: as the player who is signed in, else as the guest of
   * this install, who is the same at every start. A logout keeps the guest's key.
   *
   * @throws AccountError `rate_limited` where too many guests are new, `request_failed` where none may play, …
   * @example
   * const user = await oauth.loginAsGuest();
   * if (user.guest) showHint("Sign in to keep your stars on every device.");
   */
  loginAsGuest(): Promise<UserInfo> {
    return this.#login({}, async ({ complete }) =>
      complete({ provider: "guest", guest_key: await this.#store.guestKey() }),
    );
  }

  /**
   * With `openUrl` in a browser entry: brings the sign-in to its end with the link that opened the app, also after the
   * app was started anew.
   *
   * @param url the whole link, as the host got it.
   * @throws AccountError `state_mismatch` for a link that answers no sign-in of this game; one under way goes on.
   * @example
   * App.addListener("appUrlOpen", ({ url }) => oauth.completeLogin(url).then(greet, explain));
   */
  async completeLogin(url: string): Promise<UserInfo> {
    this.#requireAlive();
    const signIn = this.#platform.returningByLink?.(this.#http.backendUrl, url);
    if (!signIn) throw stateMismatch();
    await this.#signInFlow.finish(signIn);
    return this.#refresher.required().user;
  }

  /**
   * Runs the callbacks that are due, first in first out.
   *
   * @example
   * setInterval(() => oauth.processCallbacks(), 16);
   */
  processCallbacks(): void {
    this.#callbacks.process();
  }

  /**
   * Brings the stored session back, also without a network. Waits for a sign-in that is under way.
   *
   * @returns whether a player is signed in.
   * @example
   * if (!(await oauth.loadStoredCredentials())) showSignInButton();
   */
  async loadStoredCredentials(): Promise<boolean> {
    this.#requireAlive();
    await this.#signInFlow.done;
    if (!this.#currentSession.value && !this.#disposed) await this.#load();
    return this.isLoggedIn();
  }

  /**
   * Refreshes now, whatever happened before.
   *
   * @returns the player as the server knows them.
   * @throws AccountError `not_logged_in`, `invalid_grant`, `network_error`, …
   * @example
   * const { stars } = await oauth.refreshTokens();
   */
  async refreshTokens(): Promise<UserInfo> {
    this.#requireAlive();
    return (await this.#refresher.refresh()).user;
  }

  /**
   * Renames the player.
   *
   * @throws AccountError `username_taken`, `username_invalid` with `reason`, `username_cooldown` with `nextChangeAt`, …
   * @example
   * await oauth.updateUsername("Ada");
   */
  async updateUsername(name: string): Promise<UserInfo> {
    return this.#updateProfile("/api/update_username", { new_username: name });
  }

  /**
   * Changes the player's picture.
   *
   * @param picture an `https:` URL, an avatar key, null for none, or a PNG, JPEG or WebP picture of up to 256 KiB as a
   *   `data:` URL. The server keeps that one, and the player's `picture` is its address.
   * @throws AccountError `validation_failed`, `payload_too_large`, …
   * @example
   * await oauth.updatePicture("chef_2");
   * await oauth.updatePicture(canvas.toDataURL("image/webp"));
   */
  async updatePicture(picture: string | null): Promise<UserInfo> {
    return this.#updateProfile("/api/update_picture", { new_picture: picture });
  }

  /**
   * The player, or null. Never waits; the same object until something changes.
   *
   * @example
   * label.text = oauth.getUser()?.name ?? "Guest";
   */
  getUser(): UserInfo | null {
    return this.#currentSession.value?.user ?? null;
  }

  /**
   * Whether a player is signed in. Never waits.
   *
   * @example
   * if (oauth.isLoggedIn()) startMatch();
   */
  isLoggedIn(): boolean {
    return this.#currentSession.value !== null;
  }

  /**
   * How the sign-in stands. Never waits; the same object until something changes.
   *
   * @example
   * const status = oauth.getLoginStatus();
   * if (status.state === "in_progress") showAddress(status.url);
   */
  getLoginStatus(): LoginStatus {
    return this.#status;
  }

  /**
   * When the access token expires, by this device's clock, or null. The SDK refreshes it before.
   *
   * @example
   * console.log(`Refreshed before ${oauth.expiresAt?.toLocaleTimeString()}`);
   */
  get expiresAt(): Date | null {
    const { value } = this.#currentSession;
    return value && new Date(this.#clock.now() + remainingMs(value, this.#clock));
  }

  /**
   * The devices on which the player is signed in, the last used first.
   *
   * @throws AccountError
   * @example
   * for (const { device, lastUsedAt } of await oauth.sessions()) list.add(device, lastUsedAt);
   */
  async sessions(): Promise<SignedInDevice[]> {
    return parseDevices(await this.#authorizedRequest("GET", "/api/sessions"));
  }

  /**
   * Signs one device of the player out; this one as `logout()` does.
   *
   * @param id from {@link sessions}.
   * @throws AccountError `not_found` when there is no such device (any more).
   * @example
   * await oauth.signOutDevice(id);
   */
  async signOutDevice(id: string): Promise<void> {
    const devices = await this.sessions();
    if (devices.some((device) => device.current && device.id === id)) return this.logout();
    await this.#authorizedRequest("DELETE", `/api/sessions/${encodeURIComponent(id)}`);
  }

  /**
   * Signs the player out on every device, this one included.
   *
   * @throws AccountError when the server cannot be reached; everything is then as it was.
   * @example
   * await oauth.signOutEverywhere();
   */
  async signOutEverywhere(): Promise<void> {
    await this.#authorizedRequest("DELETE", "/api/sessions");
    await this.logout();
  }

  /**
   * Signs out here, in the other tabs and processes of this game, and at the server if it can be reached. Does not fail
   * without a network.
   *
   * @example
   * await oauth.logout();
   */
  async logout(): Promise<void> {
    this.#requireAlive();
    const session = this.#currentSession.value;
    this.#signInFlow.cancel();
    this.#currentSession.replace(null);
    const stored = await this.#store.clear();
    const tokens = new Set([session?.refreshToken, stored?.refreshToken]);
    await Promise.all([...tokens].map((token) => this.#revoke(token)));
  }

  /**
   * Calls `listener` at every such event.
   *
   * @returns how to stop that.
   * @example
   * const off = oauth.on("user", (user) => draw(user), { immediate: true });
   */
  on<Event extends keyof AccountEvents>(
    event: Event,
    listener: AccountEvents[Event],
    { immediate = false }: ListenOptions = {},
  ): () => void {
    const present = { status: this.#status, user: this.getUser() }[event as "status" | "user"];
    const payload = immediate && present ? ([present] as never) : undefined;
    return this.#callbacks.on(event, listener, payload);
  }

  /**
   * A fresh access token, for the game's own servers.
   *
   * @throws AccountError `not_logged_in`, or why an expired token could not be refreshed.
   * @example
   * socket.send(JSON.stringify({ token: await oauth.getAccessToken() }));
   */
  async getAccessToken(): Promise<string> {
    this.#requireAlive();
    return (await this.#refresher.fresh()).accessToken;
  }

  /**
   * Like the global fetch, with the player's access token; an answer of 401 is tried once more after a refresh. For
   * servers of your own only. A redirect is an error, lest the token go along; with `redirect: "manual"` it is the answer.
   *
   * @throws AccountError `not_logged_in`, or what fetch throws.
   * @example
   * const scores = await (await oauth.fetch("https://scores.example.com/mine")).json();
   */
  async fetch(input: Request | URL | string, init?: RequestInit): Promise<Response> {
    this.#requireAlive();
    return authorizedFetch(this.#http, this.#refresher, input, init);
  }

  /**
   * Stops everything: timers, listeners, callbacks. The player stays signed in for the next start.
   *
   * @example
   * addEventListener("pagehide", () => oauth.dispose());
   */
  dispose(): void {
    this.#disposed = true;
    this.#callbacks.close();
    this.#currentSession.value = null;
    this.#refresher.schedule();
    this.#store.close();
    this.#http.close();
    this.#signInFlow.cancel(disposed());
    this.#announce();
    for (const stop of this.#stops) stop?.();
  }

  async #login(
    { onSuccess, onLogout, onError, ...options }: LoginOptions,
    signIn = this.#platform.signIn,
  ): Promise<UserInfo> {
    this.#requireAlive();
    for (const off of this.#handlers) off?.();
    this.#handlers = [
      onSuccess && this.on("login", onSuccess),
      onLogout && this.on("logout", onLogout),
      onError && this.on("status", (status) => status.state === "failed" && onError(status.error)),
    ];
    const user = this.getUser();
    if (user) this.#callbacks.emit("login", user);
    else
      await this.#untilSignedIn(this.#signInFlow.start((attempt) => this.#signIn(attempt, signIn), options));
    return this.#refresher.required().user;
  }

  /** A sign-in that another tab or process has brought to its end is given up here, and no failure. */
  async #untilSignedIn(signIn: Promise<void>): Promise<void> {
    await signIn.catch((error) => {
      if (!this.isLoggedIn()) throw error;
    });
  }

  /** Opens a popup before it returns, when the storage answers at once: browsers ask for that. */
  #signIn(attempt: SignInAttempt, signIn: SignIn): Promise<void> {
    const go = (stored: Session | null) => {
      if (!stored) return signIn(attempt);
      if (!attempt.signal.aborted) this.#currentSession.replace(stored);
      return Promise.resolve();
    };
    const stored = this.#store.read();
    return stored instanceof Promise ? stored.then(go) : go(stored);
  }

  async #exchange(proof: SignInProof, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const session = await this.#http.postForSession("/api/login", { ...proof, device: this.#device });
    const before = this.#currentSession.value;
    if (!signal.aborted) await this.#store.write(session);
    if (signal.aborted && !this.#currentSession.is(session)) {
      await this.#store.swap(session.refreshToken, () => null);
      if (!this.#disposed) void this.#revoke(session.refreshToken);
      throw signal.reason;
    }
    this.#currentSession.replace(session);
    if (before && !this.#currentSession.is(before)) void this.#revoke(before.refreshToken);
  }

  #authorizedRequest(method: string, path: string, body?: Answer): Promise<Answer> {
    return this.#http.request(method, path, body, (url, init) => this.fetch(url, init));
  }

  async #updateProfile(path: string, change: Answer): Promise<UserInfo> {
    const answer = await this.#authorizedRequest("POST", path, change);
    const user = parseUser(answer.user);
    if (!user) throw new AccountError("invalid_response", "The answer carries no player.");
    const session = this.#currentSession.value;
    if (session?.user.id === user.id) {
      await this.#store.swap(session.refreshToken, (stored) => ({ ...stored, user }));
      const { value } = this.#currentSession;
      if (value?.user.id === user.id) this.#currentSession.replace({ ...value, user });
    }
    return user;
  }

  /** Takes over what another tab or process has stored. */
  async #load(): Promise<void> {
    const before = this.#currentSession.value;
    const stored = await this.#store.read();
    if (this.#disposed || this.#currentSession.value !== before) return;
    this.#currentSession.replace(stored);
    if (stored) this.#signInFlow.cancel();
  }

  /** RFC 7009, as far as the network allows. */
  async #revoke(refreshToken: string | undefined): Promise<void> {
    if (!refreshToken) return;
    await this.#http.request("POST", "/api/logout", { refresh_token: refreshToken }).catch(() => {});
  }

  #sessionChanged(): void {
    this.#refresher.check();
    this.#announce();
  }

  #announce(): void {
    const user = this.getUser();
    const status: LoginStatus = user ? { state: "success", user } : this.#signInFlow.status;
    if (JSON.stringify(status) === JSON.stringify(this.#status)) return;
    const toldBefore = "error" in this.#status;
    this.#status = status;
    this.#callbacks.emit("status", status);
    if (status.state === "in_progress" && status.error && !toldBefore) {
      this.#warn("No browser opened; the sign-in waits at its url.", status.error);
    }
  }

  #requireAlive(): void {
    if (this.#disposed) throw disposed();
  }
}

function disposed(): AccountError {
  return new AccountError("disposed", "Disposed of.");
}
