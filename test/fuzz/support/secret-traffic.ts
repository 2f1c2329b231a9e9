import { randomBytes } from "node:crypto";
import { newServerKey } from "../../../src/server-keys/server-key";
import { createStores } from "../../../src/stores";
import { newGame, signedInRedirect } from "../../support/authorization";
import { DEVICE_CODE_GRANT, type DeviceAuthorization } from "../../support/devices";
import { type Device, hashOf, newDevice } from "../../support/dpop";
import { authorizeUrl, GAME, newPkce, signInAt } from "../../support/oauth";
import { freshAccount, freshName, googleTokens, signIn } from "../../support/players";
import type { Run } from "../../support/proof";
import { type Answer, bearer, post, send } from "../../support/requests";
import type { TestServer } from "../../support/server";
import type { Needles } from "./needles";

type Tokens = { access_token?: string; refresh_token?: string; id_token?: string };

/** What players, thieves and mistaken clients send, with everything secret in it noted. */
export class SecretTraffic {
  /** Headers and bodies of every refusal. */
  readonly errors: string[] = [];

  constructor(
    private readonly run: Run,
    private readonly server: TestServer,
    private readonly needles: Needles,
  ) {}

  /** One player's life: every way in, refreshes, mistakes, and tokens where they do not belong. */
  async play(): Promise<void> {
    const { server, needles } = this;
    const account = freshAccount();
    const nonce = crypto.randomUUID();
    const google = await googleTokens(server, { account, nonce });
    needles.addHashed("Google's access token", google.access_token);
    needles.addHashed("Google's id token", google.id_token);
    await this.login({ access_token: google.access_token, device: "Desk" });
    const guest_key = randomBytes(32).toString("base64url");
    needles.addHashed("a guest's key", guest_key);
    await this.login({ provider: "guest", guest_key });
    await this.login({ id_token: google.id_token, nonce });
    await this.login({ id_token: google.id_token, nonce: "another" });
    await this.login({ access_token: google.access_token, id_token: google.id_token });
    await this.loginWithCode(account);
    await this.signInToClient(account);

    const session = await signIn(server, { account }).catch(() => null);
    if (!session) return;
    const held = [session];
    for (let step = 0; step < 4; step++) {
      const { status, body } = await this.post("/api/refresh", { refresh_token: held.at(-1)?.refresh_token });
      if (status === 200) held.push(body);
    }
    for (const { access_token, refresh_token } of held) {
      needles.addHashed("an access token", access_token);
      needles.addHashed("a refresh token", refresh_token);
    }
    const [first = session] = held;
    const last = held.at(-1) ?? session;
    const as = bearer(last);
    await this.misplace(last.access_token, as);
    await this.misplace(last.refresh_token, as);
    await this.post("/api/update_username", { new_username: freshName() }, as);
    await this.send("/api/sessions", { headers: as });
    await this.moveAndLink(as, guest_key);
    await this.letDeviceIn(as);
    await this.bindDevice();
    await this.post("/api/refresh", { refresh_token: first.refresh_token });
    await this.post("/api/refresh", { refresh_token: last.refresh_token });
    await this.send("/api/me", { headers: as });
    await this.post("/api/logout", { refresh_token: last.refresh_token });
  }

  /** A code for a new device, typed right and wrong, and ways in that are linked and taken back. */
  private async moveAndLink(as: Record<string, string>, guest_key: string): Promise<void> {
    const made = await this.send("/api/transfer_code", { method: "POST", headers: as });
    const code = made.body.transfer_code;
    if (code) {
      this.noteTyped("a transfer code", code);
      await this.login({ transfer_code: code });
      await this.login({ transfer_code: `${code.slice(0, -1)}*` });
      await this.login({ transfer_code: code, guest_key });
    }
    const { body } = await this.post("/api/identities", { provider: "guest", guest_key }, as);
    this.needles.add("a conflict's ticket", body.ticket);
    await this.post("/api/identities/resolve", { ticket: `${body.ticket}x`, keep: "mine" }, as);
    await this.send("/api/changes", { headers: as });
  }

  private async login(body: object): Promise<void> {
    const answer = await this.post("/api/login", body);
    this.needles.addHashed("an access token", answer.body.access_token ?? "");
    this.needles.addHashed("a refresh token", answer.body.refresh_token ?? "");
  }

  private async loginWithCode(account: string): Promise<void> {
    const game = newGame();
    const redirect = await signedInRedirect(this.server, game, account).catch(() => null);
    const code = redirect?.searchParams.get("code");
    if (!code) return;
    this.needles.add("a login code", code);
    this.needles.add("a game's code verifier", game.codeVerifier);
    const wrong = this.run.random.integer(0, 1) === 0;
    await this.login({ login_code: code, code_verifier: wrong ? "w".repeat(43) : game.codeVerifier });
    await this.login({ login_code: code, code_verifier: game.codeVerifier });
  }

  /** The same by the authorization server, with a server that asks about the token. */
  private async signInToClient(account: string): Promise<void> {
    const { server, needles } = this;
    const pkce = newPkce();
    const redirect = await signInAt(authorizeUrl(server, pkce), account).catch(() => null);
    const code = redirect?.searchParams.get("code");
    if (!code) return;
    needles.add("an authorization code", code);
    needles.add("a client's code verifier", pkce.verifier);
    const form = { grant_type: "authorization_code", code, code_verifier: pkce.verifier, ...GAME };
    const { access_token, refresh_token, id_token } = (await this.form("/oauth/token", form)).body as Tokens;
    needles.addHashed("an access token", access_token ?? "");
    needles.addHashed("a refresh token", refresh_token ?? "");
    needles.addHashed("an id token", id_token ?? "");
    const key = newServerKey();
    needles.add("a server's key", key);
    const { serverKeys } = createStores(server.database, server.clock, server.config);
    await serverKeys
      .put(key, { id: Bun.randomUUIDv7(), name: "kitchen", scopes: ["introspect"] })
      .catch(() => {});
    const as = { authorization: `Bearer ${key}` };
    await this.form("/oauth/introspect", { token: access_token ?? "" }, as);
    await this.form("/oauth/introspect", { token: key }, { authorization: `Bearer ${access_token}` });
    await this.form("/oauth/userinfo", {}, as);
    await this.form("/oauth/revoke", { token: `${refresh_token}x`, client_id: "game" });
    await this.form("/oauth/token", form);
    await this.send(`/oauth/authorize?client_id=${code}&redirect_uri=${access_token}`, {});
  }

  /** A device that shows a code, which its player types right and wrong. */
  private async letDeviceIn(as: Record<string, string>): Promise<void> {
    const { text } = await this.form("/oauth/device_authorization", {
      client_id: "game",
      device: "Television",
    });
    const { device_code, user_code } = JSON.parse(text) as Partial<DeviceAuthorization>;
    if (!device_code || !user_code) return;
    this.needles.add("a device code", device_code);
    this.noteTyped("a user code", user_code);
    const poll = (code = device_code) =>
      this.form("/oauth/token", { grant_type: DEVICE_CODE_GRANT, client_id: "game", device_code: code });
    await poll();
    await poll();
    await poll(`${device_code}x`);
    await this.misplace(device_code, as);
    await this.send(`/device?user_code=${user_code}&device_code=${device_code}`, {});
    await this.send(`/device/qr.svg?user_code=${user_code}${user_code}`, {});
    await this.send(`/device/sign-in?user_code=${user_code}&provider=nobody`, {});
    await this.form("/device", { page: device_code, decision: "allow" });
    await this.post("/api/device/lookup", { user_code }, { authorization: `Bearer ${user_code}` });
    await this.post("/api/device/lookup", { user_code: `${user_code.slice(0, -1)}` }, as);
    await this.post("/api/device/confirm", { user_code: [user_code], decision: "allow" }, as);
    await this.post("/api/device/confirm", { user_code, decision: "allow" }, as);
    const { access_token, refresh_token } = (await poll()).body as Tokens;
    this.needles.addHashed("an access token", access_token ?? "");
    this.needles.addHashed("a refresh token", refresh_token ?? "");
  }

  /** A session that is bound to its device, with proofs that are right, wrong, sent twice and where they do not belong. */
  private async bindDevice(): Promise<void> {
    const { server, needles } = this;
    const [device, thief] = [await newDevice(() => server.clock.now()), await newDevice()];
    const proof = (by: Device, method: string, path: string, claims: object = {}) => {
      const jti = crypto.randomUUID();
      const made = by.proofNow(method, server.origin + path, { jti, ...claims });
      needles.add("a proof's id", jti);
      needles.addHashed("a DPoP proof", made);
      return made;
    };
    const prove = async (by: Device, path: string, body: object, claims: object = {}) => {
      const dpop = proof(by, "POST", path, claims);
      const answer = await this.post(path, body, { dpop });
      needles.add("a DPoP nonce", answer.headers.get("dpop-nonce") ?? undefined);
      await this.post(path, body, { dpop });
      return answer;
    };
    const guest_key = randomBytes(32).toString("base64url");
    needles.addHashed("a guest's key", guest_key);
    const opened = await prove(device, "/api/login", { provider: "guest", guest_key });
    const { access_token, refresh_token } = opened.body;
    if (!refresh_token) return;
    needles.addHashed("an access token", access_token);
    needles.addHashed("a refresh token", refresh_token);
    const nonce = opened.headers.get("dpop-nonce") ?? "";
    await prove(device, "/api/refresh", { refresh_token }, { iat: 1, nonce });
    await prove(device, "/api/refresh", { refresh_token }, { iat: 1 });
    await prove(device, "/api/refresh", { refresh_token }, { iat: 1, nonce: `${nonce}x` });
    await prove(thief, "/api/refresh", { refresh_token });
    await prove(thief, "/api/logout", { refresh_token });
    await this.post("/api/refresh", { refresh_token });
    const ath = hashOf(access_token);
    const dpop = proof(device, "GET", "/api/me", { ath });
    const as = { authorization: `DPoP ${access_token}`, dpop };
    await this.send("/api/me", { headers: as });
    await this.send("/api/sessions", { headers: as });
    await this.send("/api/me", { headers: { ...as, dpop: `${dpop}x` } });
    await this.send("/api/me", { headers: { authorization: `Bearer ${access_token}`, dpop } });
    await this.send("/api/me", { headers: { authorization: `DPoP ${dpop}`, dpop: access_token } });
    await this.misplace(dpop, as);
    await this.misplace(nonce, as);
    await prove(device, "/api/logout", { refresh_token });
  }

  /** What a person types, with and without its dashes. */
  private noteTyped(name: string, code: string): void {
    for (const spelling of [code, code.replaceAll("-", "")]) this.needles.addHashed(name, spelling);
  }

  private form(
    path: string,
    form: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    return this.send(path, { method: "POST", body: new URLSearchParams(form), headers });
  }

  /** Puts a token everywhere but where it belongs; a short one makes a request id like any, which is told and logged. */
  private async misplace(token: string, as: Record<string, string>): Promise<void> {
    this.run.fault(16);
    const id: Record<string, string> = token.length > 64 ? { "x-request-id": token } : {};
    const headers = { ...id, "x-forwarded-for": token, "user-agent": token, origin: token };
    await this.send(`/api/me?access_token=${token}`, { headers });
    await this.send(`/api/sessions/${token}`, { method: "DELETE", headers });
    await this.send(`/api/sessions/${token}`, { method: "DELETE", headers: { ...as, ...headers } });
    await this.send(`/${token}`, { headers });
    await this.send(`/auth/google/callback?state=${token}&code=${token}`, { headers });
    await this.send(`/auth/google/start?redirect_uri=${token}&state=${token}`, { headers });
    await this.send("/api/me", { headers: { authorization: token, cookie: token } });
    await this.send("/api/me", { headers: { authorization: `Bearer x${token}` } });
    await this.post("/api/refresh", { refresh_token: `${token}x`, device: token });
    await this.post("/api/refresh", `{"refresh_token":"${token}`);
    await this.post("/api/refresh", { refresh_token: [token] });
    await this.post("/api/login", { access_token: token });
    await this.post("/api/login", { id_token: token, nonce: token });
    await this.post("/api/login", { login_code: token, code_verifier: "v".repeat(43), device: token });
    await this.post("/api/update_username", { new_username: token }, as);
    await this.post("/api/update_picture", { new_picture: `${token}!` }, as);
  }

  private async post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return this.note(await post(this.server, path, body, headers));
  }

  private async send(path: string, init: RequestInit): Promise<Answer> {
    return this.note(await send(this.server, path, init));
  }

  private note(answer: Answer): Answer {
    const { status, headers, text } = answer;
    if (status < 400) return answer;
    // A nonce is there to be told in its header, and the ticket of a conflict in its member.
    const told = [...headers].filter(([name]) => name !== "dpop-nonce");
    const { ticket = "" } = answer.body;
    this.errors.push(`${status} ${JSON.stringify(told)} ${ticket ? text.replace(ticket, "") : text}`);
    return answer;
  }
}
