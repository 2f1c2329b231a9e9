import { codeChallengeOf } from "../authorization/code-challenge";
import { acceptWait, type WaitingRequestParts } from "../device/prefer";
import type { Door } from "../door/door";
import type { Dpop, ProvenRequest } from "../dpop/dpop";
import type { RequestContext } from "../http/context";
import { boundSender, type WhoRefreshesDeps, whoRefreshes } from "../session/who-refreshes";
import type { Client, Clients } from "./clients";
import { DEVICE_CODE_GRANT, GRANTS, type GrantDeps, type Granted, type TokenForm } from "./grants";
import type { IdTokens } from "./id-token";
import { OAuthError } from "./oauth-error";
import { hasScope } from "./scopes";

export type TokenDeps = GrantDeps &
  WhoRefreshesDeps & { atTheDoor: Door; clients: Clients; dpop: Dpop; idTokens: IdTokens };

/** What every request of a client carries. */
export type ClientForm = { client_id?: string; client_secret?: string };

/**
 * Exchanges a code or a refresh token for tokens (RFC 6749 §3.2).
 * @throws {OAuthError | ApiError}
 */
export async function exchange(
  deps: TokenDeps,
  form: TokenForm & ClientForm & { grant_type: string },
  parts: ProvenRequest & WaitingRequestParts,
  context: RequestContext,
) {
  await deps.atTheDoor.admit(parts.request.headers, () => whoAsks(deps, form));
  const client = publicClient(deps.clients, form, parts.request.headers);
  const grant = Object.hasOwn(GRANTS, form.grant_type) ? GRANTS[form.grant_type] : undefined;
  if (!grant) throw new OAuthError("unsupported_grant_type");
  const { refresh_token } = form;
  const sender = async () => (refresh_token === undefined ? null : boundSender(deps, refresh_token));
  const jkt = await deps.dpop.provenKey(parts, { sender });
  const waitSeconds = form.grant_type === DEVICE_CODE_GRANT ? acceptWait(parts) : 0;
  return tokenAnswer(deps.idTokens, client, await grant(deps, form, { client, jkt, waitSeconds }, context));
}

/** The id of the player whom a grant is of, which stays as it was; null of a device code, which is told by using it. */
async function whoAsks(deps: TokenDeps, form: TokenForm & ClientForm): Promise<number | null> {
  const { refresh_token, code, client_id: clientId, code_verifier, redirect_uri: redirectUri } = form;
  if (refresh_token !== undefined) return whoRefreshes(deps, refresh_token);
  if (!code || !clientId || !code_verifier || !redirectUri) return null;
  const codeChallenge = codeChallengeOf(code_verifier);
  const identity = await deps.grants.whoseCode(code, { clientId, redirectUri, codeChallenge });
  return identity && deps.identities.ownerOf(identity.provider, identity.subject);
}

/**
 * Which client it is. None has a secret: one that sends any is not what it takes itself for.
 * @throws {OAuthError} invalid_client; with 401 where the client tried to authenticate by a header (RFC 6749 §5.2)
 */
export function publicClient(
  clients: Clients,
  { client_id: id, client_secret: secret }: ClientForm,
  headers: Headers,
): Client {
  if (headers.has("authorization"))
    throw new OAuthError("invalid_client", { status: 401, description: "Clients here have no secret." });
  if (secret !== undefined)
    throw new OAuthError("invalid_client", { description: "Clients here have no secret." });
  const client = clients.get(id ?? "");
  if (!client) throw new OAuthError("invalid_client");
  return client;
}

/** RFC 6749 §5.1, OpenID Connect Core §3.1.3.3. */
async function tokenAnswer(idTokens: IdTokens, client: Client, { answer, sessionId, scope, nonce }: Granted) {
  const { access_token, refresh_token, token_type, expires_in, user } = answer;
  const subject = { userId: user.id, clientId: client.id, sessionId, accessToken: access_token, nonce };
  return {
    access_token,
    token_type,
    expires_in,
    refresh_token,
    ...(scope === null ? {} : { scope }),
    ...(hasScope(scope, "openid") ? { id_token: await idTokens.issue(subject) } : {}),
  };
}
