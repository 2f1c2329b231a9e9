import { html } from "../../http/html";
import type { Account } from "./accounts";
import { avatarPath } from "./avatar";
import type { OAuthError } from "./oauth-error";
import { page } from "./page";

/** For a request that cannot be answered by a redirect. */
export function errorPage({ status, code, description }: OAuthError): Response {
  const content = html`<h1>This sign-in cannot go on</h1>
<p class="error"><b>Error ${status}: ${code}</b><span>${description}</span></p>
<p>The game or server that opened this page asked for something wrong. Nobody was signed in: close the page
and try again from the game.</p>`;
  return page(`Error ${status}`, content, { status });
}

/** The front page: what this is, and the call for scripts. */
export function frontPage(origin: string, accounts: Account[]): Response {
  const example = `curl ${origin}/local/tokens \\
  -H 'content-type: application/json' \\
  -d '{"account": "ada"}'`;
  const content = html`<h1>Players without credentials</h1>
<p>This server answers like Google’s sign-in, in Google’s shapes and with real signatures, for games that run on this
machine. A game sends its player to <code>/o/oauth2/v2/auth</code>; the player picks an account there. Everything is
invented, kept in memory and gone with the process.</p>
<ul class="accounts plain">
${accounts.map(
  ({ sub, name, email }) => html`<li><img src="${avatarPath(sub)}" alt="" width="48" height="48">
<span class="who"><span class="name">${name}</span><span class="email">${email}</span></span></li>`,
)}
</ul>
<p>Scripts and tests skip the page: <code>POST /local/tokens</code> answers <code>access_token</code>,
<code>id_token</code>, <code>expires_in</code> and the <code>account</code> behind them. <code>account</code> is
<code>ada</code>, <code>bruno</code>, <code>chloe</code> or any email, which always makes the same player. Optional:
<code>client_id</code>, <code>nonce</code>, <code>scope</code>, and the claims <code>sub</code>, <code>email</code>,
<code>email_verified</code>, <code>name</code>, <code>given_name</code>, <code>family_name</code>,
<code>picture</code>, which hold for these tokens alone; <code>null</code> leaves a claim out.</p>
<pre tabindex="0" aria-label="Example">${example}</pre>`;
  return page("Players without credentials", content, { wide: true });
}
