import type { Clock } from "../clock";
import { GAME_CLIENT_ID } from "../config/oauth";
import { type RedeemDeviceCodeDeps, redeemDeviceCode } from "../device/redeem-device-code";
import type { RequestContext } from "../http/context";
import type { VerifiedIdentity } from "../identity/provider";
import type { Limits } from "../limits/limits";
import type { SessionAnswer } from "../session/model";
import { type RefreshDeps, rotate } from "../session/refresh";
import { createTokenResponse } from "../session/token-response";
import { newUuidv7 } from "../session/uuidv7";
import { type SignInDeps, signIn } from "../sign-in/sign-in";
import type { Client } from "./clients";
import { OAuthError } from "./oauth-error";
import { type RedeemCodeDeps, redeemCode, requireUsedOnce } from "./redeem-code";
import { narrowedScope, scopesOf } from "./scopes";

export type GrantDeps = Omit<RefreshDeps, "clients"> &
  SignInDeps &
  RedeemCodeDeps &
  RedeemDeviceCodeDeps & { clock: Clock; limits: Limits };

/** The form of a token request, each parameter once. */
export type TokenForm = {
  code?: string;
  redirect_uri?: string;
  code_verifier?: string;
  refresh_token?: string;
  scope?: string;
  device_code?: string;
};

/** What a grant has opened or renewed. */
export type Granted = {
  answer: SessionAnswer;
  sessionId: string;
  scope: string | null;
  /** For the id token of a sign-in. */
  nonce: string | null;
};

/** Who asks for tokens. */
type TokenAsking = {
  client: Client;
  /** The key that it has proven to hold (RFC 9449 §5), or null. */
  jkt: string | null;
  /** How long it would wait for an answer that is not there yet. */
  waitSeconds: number;
};

/** Exchanges what a client holds for tokens. @throws {OAuthError | ApiError} */
type Grant = (
  deps: GrantDeps,
  form: TokenForm,
  asking: TokenAsking,
  context: RequestContext,
) => Promise<Granted>;

/** RFC 8628 §3.4. */
export const DEVICE_CODE_GRANT = "urn:ietf:params:oauth:grant-type:device_code";

/** By `grant_type`. */
export const GRANTS: Readonly<Record<string, Grant>> = {
  authorization_code: authorizationCode,
  refresh_token: refreshToken,
  [DEVICE_CODE_GRANT]: deviceCode,
};

/** RFC 6749 §4.1.3. */
async function authorizationCode(
  deps: GrantDeps,
  form: TokenForm,
  asking: TokenAsking,
  context: RequestContext,
): Promise<Granted> {
  const { client } = asking;
  const code = required(form, "code");
  const request = {
    code,
    codeVerifier: required(form, "code_verifier"),
    redirectUri: required(form, "redirect_uri"),
    clientId: client.id,
  };
  const redeemed = await deps.limits.signInAttempt(context.ip, () => redeemCode(deps, request, context));
  const { scope, nonce, sessionId, name, picture } = redeemed;
  const identity = { ...redeemed.identity, loadProfile: async () => ({ name, picture }) };
  const answer = await openSession(deps, { identity, sessionId, scope }, asking, context);
  await requireUsedOnce(deps, code, sessionId, context);
  if (redeemed.consentGiven) await deps.grants.consent(answer.user.id, client.id, scopesOf(scope));
  return { answer, sessionId, scope, nonce };
}

/** RFC 6749 §6. A session of the game's own endpoints is the client's of that name. */
async function refreshToken(
  deps: GrantDeps,
  form: TokenForm,
  { client, jkt }: TokenAsking,
  context: RequestContext,
): Promise<Granted> {
  const token = required(form, "refresh_token");
  if (form.scope !== undefined) await requireGranted(deps, token, form.scope);
  const { user, content } = await rotate({ ...deps, clients: [client.id] }, token, jkt, context);
  const scope = narrowedScope(content.scope, form.scope);
  const answer = await createTokenResponse(deps.tokens, user, { ...content, scope });
  return { answer, sessionId: content.sessionId, scope, nonce: null };
}

/** Before the session is rotated, so that a scope that is too much costs nothing. @throws {OAuthError} invalid_scope */
async function requireGranted({ sessions, tokens }: GrantDeps, token: string, asked: string): Promise<void> {
  const opened = tokens.refresh.open(token);
  const session = opened && (await sessions.describe(opened.sessionId));
  if (session) narrowedScope(session.scope, asked);
}

/** RFC 8628 §3.4. */
async function deviceCode(
  deps: GrantDeps,
  form: TokenForm,
  asking: TokenAsking,
  context: RequestContext,
): Promise<Granted> {
  const { client, waitSeconds } = asking;
  const code = required(form, "device_code");
  const newSessionId = newUuidv7(deps.clock);
  const opening = await redeemDeviceCode(deps, code, client.id, newSessionId, waitSeconds);
  const { sessionId, scope } = opening;
  return { answer: await openSession(deps, opening, asking, context), sessionId, scope, nonce: null };
}

/** What a session is opened with; `device` is what the player calls theirs, where the client has told. */
type Opening = {
  identity: VerifiedIdentity;
  sessionId: string;
  scope: string | null;
  device?: string | null;
};

/** Signs a player in for a client. Without a device the session bears the client's name, by which the player may end it. */
async function openSession(
  deps: GrantDeps,
  { identity, sessionId, scope, device: named }: Opening,
  { client, jkt }: TokenAsking,
  context: RequestContext,
): Promise<SessionAnswer> {
  await deps.limits.signIn(identity.provider, identity.subject);
  const clientId = client.id;
  const device = named ?? (clientId === GAME_CLIENT_ID ? null : client.name);
  return signIn(deps, identity, { sessionId, device, ip: context.ip, clientId, scope, jkt }, context);
}

function required(form: TokenForm, name: keyof TokenForm): string {
  const value = form[name];
  if (value === undefined) throw new OAuthError("invalid_request", { description: `${name}: is required.` });
  return value;
}
