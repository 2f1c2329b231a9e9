import { defaultPlatform } from "#platform";
import type { AccountChange } from "./account-change.ts";
import { authorizedFetch } from "./authorized-fetch.ts";
import { type AccountEvents, Callbacks, type LoginStatus } from "./callbacks.ts";
import { checkOptions } from "./check-options.ts";
import { type Clock, systemClock } from "./clock.ts";
import { CurrentSession } from "./current-session.ts";
import { AccountError } from "./errors.ts";
import { type Answer, Http } from "./http.ts";
import type { Identity } from "./identity.ts";
import type { IdentityConflict } from "./identity-conflict.ts";
import { loadOnDemand, type OnDemand } from "./load-on-demand.ts";
import { loginPromise } from "./login-promise.ts";
import type { Host } from "./on-demand/host.ts";
import type { ListenOptions, LoginOptions, OAuthManagerOptions, PageOptions } from "./options.ts";
import type { Platform, SignIn, SignInAttempt, SignInProof, Unfinished } from "./platform.ts";
import type { Provider } from "./provider.ts";
import type { ProviderProof } from "./provider-proof.ts";
import { Refresher } from "./refresher.ts";
import { remainingMs, type Session } from "./session.ts";
import { SessionStore } from "./session-store.ts";
import { stateMismatch } from "./sign-in/authorization.ts";
import { SignInFlow } from "./sign-in/flow.ts";
import type { SignedInDevice } from "./signed-in-device.ts";
import type { TransferCode } from "./transfer-code.ts";
import type { UserInfo } from "./user.ts";

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
  readonly #host: Host;
  readonly #stops: ((() => void) | undefined)[];
  #handlers: ((() => void) | undefined)[] = [];
  /** What `getLoginStatus()` answers: the same object until something changes. */
  #status: LoginStatus = { state: "not_started" };
  /** Whether `warn` has been told that no browser opened for the sign-in under way. */
  #toldOfBrowser = false;
  #disposed = false;

  /** @throws AccountError `option_invalid`, naming the option. */
  constructor(options: OAuthManagerOptions);
  /** @internal For tests: with a platform of their own. */
  constructor(options: OAuthManagerOptions, platform: Platform);
  constructor(given: OAuthManagerOptions, platform: Platform = defaultPlatform) {
    const options = checkOptions(given, platform.optionRules);
    const { backendUrl, clock = systemClock, fetch = (...request) => globalThis.fetch(...request) } = options;
    // biome-ignore lint/suspicious/noConsole: the default for games that give no `warn`.
    const { warn = console.warn } = options;
    this.#platform = platform;
    this.#clock = clock;
    this.#warn = warn;
    this.#device = options.device ?? platform.device?.().slice(0, 64);
    this.#callbacks = new Callbacks(options.callbacks === "immediate", warn);
    const storage = options.storage ?? platform.storage(options);
    const key = `account-sdk:${backendUrl}`;
    this.#http = new Http(backendUrl, fetch, clock, storage.keyPair?.bind(storage, key), warn);
    this.#store = new SessionStore(storage, key, clock, warn);
    this.#currentSession = new CurrentSession(this.#callbacks, () => this.#sessionChanged());
    this.#refresher = new Refresher(this.#http, this.#store, this.#currentSession, clock);
    this.#signInFlow = new SignInFlow(
      options,
      clock,
      (proof, signal, link) => this.#exchange(proof, signal, link),
      () => this.#announce(),
    );
    this.#host = {
      AccountError,
      currentSession: this.#currentSession,
      oauth: this,
      device: this.#device,
      http: this.#http,
      refresher: this.#refresher,
      signInFlow: this.#signInFlow,
      store: this.#store,
      request: this.#request,
      signInWith: this.#signInWith,
      load: this.#load,
    };
    const finish = (unfinished: Unfinished) => void this.#finish(unfinished).catch(() => {});
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
   * Signs the player in: from the store when they are, else at the page of `provider`, Google's by default. During a
   * sign-in it shows that page once more. The handlers replace those of an earlier call. In a browser call it in a
   * click. With `mode: "code"`, or where no page can be shown here, by a code that the player confirms on another device:
   * while that waits, the `status` carries `userCode`, `verificationUrl`, `qrSvg` and `expiresAt`.
   *
   * @returns at once, a promise of the player. A caller may ignore it: a failure is then told to `warn`, unless
   * `onError` or a `status` listener hears of it. `getLoginStatus()` and the `status` event tell how it goes.
   * @throws AccountError why nobody signed in; the README lists every code.
   * @example
   * button.onclick = () => oauth.login({ onSuccess: (user) => greet(user), onError: ({ code }) => explain(code) });
   * discordButton.onclick = () => oauth.login({ provider: "discord" });
   * @example
   * oauth.on("status", (status) => {
   *   if (status.state === "in_progress" && status.userCode) show(status.verificationUrl, status.userCode);
   * });
   * oauth.login({ mode: "code" });
   */
  login(options: LoginOptions = {}): Promise<UserInfo> {
    return this.#unlessHeard(this.#login(options), options.onError);
  }

  /**
   * Signs the player in with what a provider's own SDK or an engine hands over. A session that is there already is
   * ended at the server.
   *
   * @param proof as the provider gives it; the README lists which one has what.
   * @throws AccountError `provider_token_invalid`, `provider_audience_mismatch`, `provider_unavailable_now`, …
   * @example
   * await oauth.loginWith("steam", { ticket });
   * await oauth.loginWith("google_play", { server_auth_code });
   * await oauth.loginWith("apple", { id_token, nonce });
   * await oauth.loginWith("discord", { code, code_verifier });
   */
  async loginWith(provider: string, proof: ProviderProof): Promise<UserInfo> {
    return this.#signInWith({ ...proof, provider });
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
    return this.#signInWith({ id_token: idToken, nonce });
  }

  /**
   * Goes on as the player who made the code on another device. Whoever is signed in here has the choice first: a guest
   * who has won nothing yet makes way by themselves, for anybody else it is `identity_in_use`, as with {@link link}.
   * From then on {@link loginAsGuest} is that player here too, unless this install's guest is one who has played.
   *
   * @param code as the player typed it: case, spaces and hyphens do not matter.
   * @throws AccountError `invalid_grant` for a code that is wrong, too old or used, `identity_in_use` with `conflict`,
   * `rate_limited`, … After another one with a player signed in, `link("guest")` does the rest.
   * @example
   * const user = await oauth.loginWithTransferCode(input.value);
   */
  async loginWithTransferCode(code: string): Promise<UserInfo> {
    return this.#onDemand("loginWithTransferCode", code);
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
    return this.#login({ provider: "guest" }, async ({ complete }) => complete(await this.#guestProof()));
  }

  /**
   * Gives the player who is signed in one more way in; id, name and progress stay. At the page of the provider, which in
   * a browser opens before this returns: call it in a click. Or with a proof at hand, as {@link loginWith} takes it, or
   * for `guest` with the key of this install. What the player has already may be linked again. Nobody is ever signed
   * out by it.
   *
   * @param given `mode` and `signal` as for {@link login}, or the proof.
   * @returns the player. `getLoginStatus().link` and the `status` event tell how it goes, also after a `redirect`.
   * @throws AccountError `identity_in_use` with `conflict` when the account is another player's: nothing has happened,
   * and {@link resolveConflict} takes what the player chooses.
   * @example
   * button.onclick = () => oauth.link("discord").catch(({ conflict }) => conflict && askWhoGoesOn(conflict));
   * await oauth.link("steam", { ticket });
   */
  link(provider: string, given: PageOptions | ProviderProof = {}): Promise<UserInfo> {
    return this.#unlessHeard(this.#link(provider, given));
  }

  /**
   * Makes one player of the two in a conflict: the one who is kept gets the other's ways in, and of stars and level the
   * higher. The session here goes on as the kept player's, in every tab and process: `login` and `user` tell when that
   * is another one. Can be taken back for 30 days ({@link undo}).
   *
   * @param keep `mine`, who is signed in, or `theirs`, whose the account was.
   * @returns the kept player.
   * @throws AccountError `authorization_expired` after ten minutes, or when it is no longer so.
   * @example
   * const { conflict } = error;
   * const user = await oauth.resolveConflict(conflict, (await ask(conflict.mine, conflict.theirs)) ? "mine" : "theirs");
   */
  async resolveConflict(conflict: IdentityConflict, keep: "mine" | "theirs"): Promise<UserInfo> {
    return this.#onDemand("resolveConflict", conflict, keep);
  }

  /**
   * The ways in that the account server has, in the order to offer them. Nobody needs to be signed in.
   *
   * @throws AccountError
   * @example
   * for (const { id, name, page } of await oauth.providers()) if (page) addButton(name, () => oauth.login({ provider: id }));
   */
  async providers(): Promise<Provider[]> {
    return this.#onDemand("providers");
  }

  /**
   * The player's ways in.
   *
   * @throws AccountError
   * @example
   * for (const { provider, name } of await oauth.identities()) list.add(provider, name);
   */
  async identities(): Promise<Identity[]> {
    return this.#onDemand("identities");
  }

  /**
   * Takes a way in away, with every account that the player has there. Signed-in devices stay so.
   *
   * @param provider from {@link identities}.
   * @returns the player as they are then.
   * @throws AccountError `last_identity` for the only one, `not_found` for one that the player does not have.
   * @example
   * await oauth.unlink("discord");
   */
  async unlink(provider: string): Promise<UserInfo> {
    return this.#onDemand("unlink", provider);
  }

  /**
   * What happened to the player's ways in within 30 days, the latest first.
   *
   * @throws AccountError
   * @example
   * const [latest] = (await oauth.changes()).filter(({ undoneAt }) => !undoneAt);
   */
  async changes(): Promise<AccountChange[]> {
    return this.#onDemand("changes");
  }

  /**
   * Takes a link, an unlink or a merge back, and nothing that happened since. After a merge both players are there
   * again, and this session may be the other one's.
   *
   * @param id from {@link changes}.
   * @returns the player who is signed in then.
   * @throws AccountError `undo_conflict` when somebody else has the account by now, `last_identity`, `not_found`.
   * @example
   * await oauth.undo(latest.id);
   */
  async undo(id: string): Promise<UserInfo> {
    return this.#onDemand("undo", id);
  }

  /**
   * A code by which the player goes on on another device, with {@link loginWithTransferCode} there. It serves once
   * within a day; the next one ends it.
   *
   * @throws AccountError `rate_limited`, …
   * @example
   * const { code, expiresAt } = await oauth.transferCode();
   */
  async transferCode(): Promise<TransferCode> {
    return this.#onDemand("transferCode");
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
    const unfinished = await this.#platform.returningByLink?.(this.#http.backendUrl, url);
    if (!unfinished) throw stateMismatch();
    await this.#finish(unfinished);
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
    return this.#onDemand("updateUsername", name);
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
    return this.#onDemand("updatePicture", picture);
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
    return this.#onDemand("sessions");
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
    return this.#onDemand("signOutDevice", id);
  }

  /**
   * Signs the player out on every device, this one included.
   *
   * @throws AccountError when the server cannot be reached; everything is then as it was.
   * @example
   * await oauth.signOutEverywhere();
   */
  async signOutEverywhere(): Promise<void> {
    return this.#onDemand("signOutEverywhere");
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
    const other = stored?.refreshToken === session?.refreshToken ? null : stored;
    await Promise.all([session, other].map((ended) => this.#revoke(ended)));
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
    return this.#callbacks.on(event, listener, immediate && present ? ([present] as never) : undefined);
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
   * A ticket by which a game server of the studio's learns who joins: send it as the first message. It serves once, at that
   * server alone, within a minute.
   *
   * @param server the name of the game server, as its key has it.
   * @throws AccountError `not_logged_in`, `terms_required`, `rate_limited`, …
   * @example
   * socket.onopen = async () => socket.send(JSON.stringify({ ticket: await oauth.getJoinTicket("kitchen-eu") }));
   */
  async getJoinTicket(server: string): Promise<string> {
    return this.#onDemand("getJoinTicket", server);
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

  async #link(
    provider: string,
    { mode, signal, ...proof }: PageOptions & Partial<ProviderProof>,
  ): Promise<UserInfo> {
    this.#requireAlive();
    const { id } = this.#refresher.required().user;
    if (provider === "guest") return this.#onDemand("linkWith", await this.#guestProof());
    if (Object.keys(proof).length) return this.#onDemand("linkWith", { ...proof, provider });
    await this.#signInFlow.start(this.#platform.signIn, { mode, signal, provider, link: id });
    return this.#refresher.required().user;
  }

  /** Whoever hears of a failure otherwise may ignore the promise. */
  #unlessHeard(
    promise: Promise<UserInfo>,
    heard: unknown = this.#callbacks.has("status"),
  ): Promise<UserInfo> {
    return loginPromise(promise, (error) => {
      if (!heard && !this.#disposed) this.#warn("The sign-in failed.", error);
    });
  }

  readonly #signInWith = async (proof: SignInProof): Promise<UserInfo> => {
    this.#requireAlive();
    this.#signInFlow.cancel();
    await this.#signInFlow.start(({ complete }) => complete(proof));
    return this.#refresher.required().user;
  };

  async #guestProof(): Promise<SignInProof> {
    return { provider: "guest", guest_key: await this.#store.guestKey() };
  }

  /** A link goes on as the player's who began it. */
  #finish(unfinished: Unfinished): Promise<void> {
    if (unfinished.link && !this.isLoggedIn()) void this.#load();
    return this.#signInFlow.finish(unfinished);
  }

  /** A sign-in that another tab or process has brought to its end is given up here, and no failure. */
  async #untilSignedIn(signIn: Promise<void>): Promise<void> {
    await signIn.catch((error) => {
      if (!this.isLoggedIn()) throw error;
    });
  }

  /** Opens a popup before it returns, when the storage answers at once: browsers ask for that. */
  #signIn(attempt: SignInAttempt, signIn: SignIn): Promise<void> {
    const byCode = (failure?: unknown) => this.#onDemand("signInByCode", attempt, failure);
    const go = (stored: Session | null) => {
      if (!stored) return attempt.mode === "code" ? byCode() : signIn({ ...attempt, byCode });
      if (!attempt.signal.aborted) this.#currentSession.replace(stored);
      return Promise.resolve();
    };
    const stored = this.#store.read();
    return stored instanceof Promise ? stored.then(go) : go(stored);
  }

  async #exchange(
    proof: SignInProof | Session,
    signal: AbortSignal,
    link: number | undefined,
  ): Promise<void> {
    const atHand = "adopted" in proof;
    // A session that came too late has to be ended.
    if (!atHand) signal.throwIfAborted();
    if (link && !atHand) {
      if (!this.isLoggedIn()) await this.#load();
      if (this.#refresher.required().user.id !== link) throw stateMismatch();
      await this.#onDemand("linkWith", proof);
      return;
    }
    const session = atHand
      ? proof
      : await this.#http.postForSession("/api/login", { ...proof, device: this.#device });
    const before = this.#currentSession.value;
    if (!signal.aborted) await this.#store.write(session);
    if (signal.aborted && !this.#currentSession.is(session)) {
      await this.#store.swap(session.refreshToken, () => null);
      if (!this.#disposed) void this.#revoke(session);
      throw signal.reason;
    }
    this.#currentSession.replace(session);
    if (before && !this.#currentSession.is(before)) void this.#revoke(before);
  }

  readonly #request = (method: string, path: string, body?: Answer): Promise<Answer> =>
    this.#http.request(method, path, body, (url, init) => this.fetch(url, init));

  /** Takes over what another tab or process has stored. */
  readonly #load = async (): Promise<void> => {
    const before = this.#currentSession.value;
    const stored = await this.#store.read();
    if (this.#disposed || this.#currentSession.value !== before) return;
    const { link } = this.#signInFlow;
    if (stored ? !link : link && before) this.#signInFlow.cancel();
    this.#currentSession.replace(stored);
  };

  async #onDemand<Name extends keyof OnDemand>(
    name: Name,
    ...given: Parameters<OnDemand[Name]> extends [Host, ...infer Given] ? Given : never
  ): Promise<Awaited<ReturnType<OnDemand[Name]>>> {
    this.#requireAlive();
    const call = (await loadOnDemand())[name] as (host: Host, ...given: unknown[]) => never;
    return call(this.#host, ...given);
  }

  /** RFC 7009, as far as the network allows. */
  async #revoke(session: Session | null): Promise<void> {
    if (!session) return;
    const { refreshToken: refresh_token } = session;
    const send = this.#http.senderFor(session);
    await this.#http.request("POST", "/api/logout", { refresh_token }, send).catch(() => {});
  }

  #sessionChanged(): void {
    // Before the network goes: its refresh needs a proof.
    if (this.#currentSession.value?.bound) loadOnDemand().catch(() => {});
    this.#refresher.check();
    this.#announce();
  }

  #announce(): void {
    const user = this.getUser();
    const { status: attempt, link } = this.#signInFlow;
    const linking = link && attempt.state !== "not_started" && { link: attempt };
    const status: LoginStatus = user ? { state: "success", user, ...linking } : attempt;
    if (JSON.stringify(status) === JSON.stringify(this.#status)) return;
    this.#status = status;
    this.#callbacks.emit("status", status);
    const error = attempt.state === "in_progress" && attempt.error;
    if (error && !this.#toldOfBrowser) this.#warn("No browser opened; the sign-in waits at its url.", error);
    this.#toldOfBrowser = Boolean(error);
  }

  #requireAlive(): void {
    if (this.#disposed) throw disposed();
  }
}

function disposed(): AccountError {
  return new AccountError("disposed", "Disposed of.");
}
