import { type Html, html } from "../http/html";
import { ORDERS } from "./orders/model";
import type { Account } from "./picker/accounts";
import { avatarPath } from "./picker/avatar";
import { page } from "./picker/page";
import { STAND_INS } from "./stand-ins";

const SIGN = "Local sign-in – not the real providers";

/** The front page: what this is, each stand-in, and the calls for scripts and tests. */
export function frontPage(origin: string, accounts: Account[]): Response {
  const content = html`<h1>Players without credentials</h1>
<p>This server answers like the providers of players’ accounts, in their own shapes and with real signatures, for games
that run on this machine. Everything is invented, kept in memory and gone with the process.</p>
<ul class="accounts plain">
${accounts.map(
  ({ id, name, email }) => html`<li><img src="${avatarPath(id)}" alt="" width="48" height="48">
<span class="who"><span class="name">${name}</span><span class="email">${email}</span></span></li>`,
)}
</ul>
${Object.entries(STAND_INS).map(([name, { title, about }]) => standInSection(name, title, about(origin)))}
${tokensSection(origin)}
${ordersSection(origin)}`;
  return page(SIGN, "Players without credentials", content, { wide: true });
}

/** Its heading has the name that a call gives for `provider`. */
function standInSection(name: string, title: string, about: Html): Html {
  return html`<section aria-labelledby="${name}">
<h2 id="${name}">${title} <code>${name}</code></h2>
${about}
</section>`;
}

function tokensSection(origin: string): Html {
  return html`<section aria-labelledby="tokens">
<h2 id="tokens">Without the page</h2>
<p>Scripts and tests skip the picker: <code>POST /local/tokens</code> answers what a signed-in player’s game would
hold, and the <code>account</code> behind it. <code>account</code> is <code>ada</code>, <code>bruno</code>,
<code>chloe</code> or any email, which always makes the same player; <code>provider</code> is the name of
one of the stand-ins here, <code>google</code> unless given.</p>
${example(`curl ${origin}/local/tokens \\
  -H 'content-type: application/json' \\
  -d '{"account": "ada"}'`)}
</section>`;
}

function ordersSection(origin: string): Html {
  return html`<section aria-labelledby="orders">
<h2 id="orders">Orders</h2>
<p>A test of a game tells the stand-ins what to do to the questions that their APIs are asked, pages excepted.
<code>provider</code> says which; all of them unless given. <code>GET /local/orders</code> shows what is in force.</p>
${example(`curl ${origin}/local/orders \\
  -H 'content-type: application/json' \\
  -d '{"order": "fail_next"}'`)}
<dl>
${Object.entries(ORDERS).map(
  ([name, { fields, does }]) => html`<div><dt><code>${name}</code></dt>
<dd>${does}${fields !== "" && html` <span>Takes ${fields}.</span>`}</dd></div>`,
)}
</dl>
</section>`;
}

function example(command: string): Html {
  return html`<pre tabindex="0" aria-label="Example">${command}</pre>`;
}
