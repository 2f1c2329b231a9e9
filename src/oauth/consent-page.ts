import { html } from "../http/html";
import { page } from "../http/page";
import type { AuthorizationRequest } from "./authorization-request";
import type { Client } from "./clients";
import { SCOPES, scopesOf } from "./scopes";

/** Below `/oauth/authorize`, where the page is. */
const FORM_PATH = "consent";

/** Asks a player whether an application that is not the studio's own may know who they are. */
export function consentPage(client: Client, request: AuthorizationRequest, ticket: string): Response {
  const items = scopesOf(request.scope).map((scope) => html`<li>${SCOPES[scope]}</li>`);
  return page({
    title: `Let ${client.name} know who you are?`,
    formAction: `'self' ${sourceOf(request.redirectUri)}`,
    content: html`<p>${client.name} would then be able to</p>
<ul>${items.length > 0 ? items : html`<li>know that you play</li>`}</ul>
<p>It can change nothing of yours.</p>
<form method="post" action="${FORM_PATH}">
<input type="hidden" name="ticket" value="${ticket}">
<button class="button" name="decision" value="allow">Allow</button>
<button class="button quiet" name="decision" value="deny">Cancel</button>
</form>
<small>You return to ${shown(request.redirectUri)}. You are asked once.</small>`,
  });
}

/** The redirect after the form, as a source of a Content-Security-Policy, which knows no IPv6 addresses. */
function sourceOf(redirectUri: string): string {
  const { protocol, host } = new URL(redirectUri);
  const isPage = protocol === "https:" || protocol === "http:";
  return isPage && !host.startsWith("[") ? `${protocol}//${host}` : protocol;
}

/** What of an address tells whose it is. */
function shown(redirectUri: string): string {
  const { protocol, host } = new URL(redirectUri);
  return protocol === "https:" || protocol === "http:" ? host : `the app ${protocol.slice(0, -1)}`;
}
