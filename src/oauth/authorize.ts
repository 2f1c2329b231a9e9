import { randomBytes } from "node:crypto";
import { ApiError } from "../errors";
import type { RequestContext } from "../http/context";
import type { Identity, Profile } from "../identity/provider";
import type { Limits } from "../limits/limits";
import { logRefusal } from "../limits/refusal-log";
import type { Log } from "../log/log";
import {
  type AnswerTarget,
  type AuthorizationRequest,
  answerUrl,
  RefusedAtClient,
  readAuthorizationRequest,
} from "./authorization-request";
import type { Clients } from "./clients";
import { consentPage } from "./consent-page";
import type { ConsentTickets } from "./consent-ticket";
import { OAuthError } from "./oauth-error";
import type { Asking, PlayerPage } from "./player-page";
import { scopesOf } from "./scopes";
import type { GrantStore } from "./store";

export type AuthorizeDeps = {
  clients: Clients;
  consentTickets: ConsentTickets;
  grants: GrantStore;
  limits: Pick<Limits, "refusalLine">;
  log: Log;
  playerPage: PlayerPage<AuthorizationRequest>;
};

/** A request to this server, by its own address (`OwnUrl`), which is the issuer too. */
export type AuthorizeAsking = Asking & { context: RequestContext };

/**
 * Begins an authorization (RFC 6749 §4.1.1): asks who the player is, or tells the client what is wrong with its request.
 * @throws {ApiError} for a client or a redirect that is not registered
 */
export async function authorize(deps: AuthorizeDeps, asking: AuthorizeAsking): Promise<Response> {
  const query = new URL(asking.request.url).searchParams;
  try {
    const request = readAuthorizationRequest(query, deps.clients);
    const name = deps.clients.get(request.clientId)?.name ?? "";
    const choice = {
      provider: query.get("provider"),
      title: `Sign in to ${name}`,
      hrefOf: (provider: string) => `?${withParameter(query, "provider", provider)}`,
    };
    return await deps.playerPage.ask(request, choice, asking);
  } catch (error) {
    if (!(error instanceof RefusedAtClient)) throw error;
    const { description } = error;
    return refuse(deps, error.target, error.error, asking, { error_description: description });
  }
}

/**
 * Goes on once the player has said who they are: back to the client with a code, or first to the question whether it may
 * know them.
 * @throws {ApiError} authorization_expired; invalid_client for a client that is there no more
 */
export async function continueAuthorization(deps: AuthorizeDeps, asking: AuthorizeAsking): Promise<Response> {
  const told = await deps.playerPage.told(asking, asking.context);
  const request = told.content;
  if ("error" in told) return refuse(deps, request, told.error, asking);
  const client = deps.clients.get(request.clientId);
  if (!client) throw new OAuthError("invalid_client");
  const { loadProfile, ...identity } = told.identity;
  const signedIn = { request, identity, ...(await loadProfile()), sessionId: told.sessionId };
  const scopes = scopesOf(request.scope);
  if (client.firstParty || (await deps.grants.hasConsented(identity, client.id, scopes)))
    return grant(deps, signedIn, false, asking);
  return consentPage(client, request, await deps.consentTickets.seal(signedIn, asking.request.headers));
}

/**
 * Takes the player's answer to whether a client may know them.
 * @throws {ApiError} authorization_expired for a ticket that is not ours, too old, or another browser's
 */
export async function answerConsent(
  deps: AuthorizeDeps,
  { ticket, decision }: { ticket: string; decision: "allow" | "deny" },
  asking: AuthorizeAsking,
): Promise<Response> {
  const signedIn = await deps.consentTickets.open(ticket, asking.request.headers);
  if (!signedIn) throw new ApiError("authorization_expired", { cause: "state_unknown" });
  return decision === "allow"
    ? grant(deps, signedIn, true, asking)
    : refuse(deps, signedIn.request, "access_denied", asking);
}

/** A player who said who they are. */
export type SignedIn = {
  request: AuthorizationRequest;
  identity: Identity;
  sessionId: string;
} & Profile;

async function grant(
  { grants }: AuthorizeDeps,
  signedIn: SignedIn,
  consentGiven: boolean,
  { ownUrl }: AuthorizeAsking,
): Promise<Response> {
  const code = randomBytes(32).toString("base64url");
  const isKept = await grants.putCode(code, { ...signedIn, consentGiven });
  if (!isKept) throw new ApiError("authorization_expired", { cause: "state_replayed" });
  return seeOther(answerUrl(signedIn.request, { code }, ownUrl));
}

async function refuse(
  deps: AuthorizeDeps,
  target: AnswerTarget,
  error: string,
  { ownUrl, context }: AuthorizeAsking,
  details: Record<string, string> = {},
): Promise<Response> {
  await logRefusal(deps, "sign_in_failed", { reason: error, ...context });
  return seeOther(answerUrl(target, { error, ...details }, ownUrl));
}

function withParameter(query: URLSearchParams, name: string, value: string): string {
  const changed = new URLSearchParams(query);
  changed.set(name, value);
  return changed.toString();
}

/** 303, so that no browser posts a form of ours to the client (RFC 9700 §4.12). */
function seeOther(location: string): Response {
  return new Response(null, { status: 303, headers: { location } });
}
