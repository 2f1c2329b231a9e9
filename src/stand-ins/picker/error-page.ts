import { html } from "../../http/html";
import type { OAuthError } from "../oauth/oauth-error";
import { page } from "./page";

/** For a request that cannot be answered by a redirect. */
export function errorPage(sign: string, { status, code, description }: OAuthError): Response {
  const content = html`<h1>This sign-in cannot go on</h1>
<p class="error"><b>Error ${status}: ${code}</b><span>${description}</span></p>
<p>The game or server that opened this page asked for something wrong. Nobody was signed in: close the page
and try again from the game.</p>`;
  return page(sign, `Error ${status}`, content, { status });
}
