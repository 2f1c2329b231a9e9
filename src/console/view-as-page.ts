import { html } from "../http/html";
import type { User } from "../users/model";
import { VIEW_AS_SECONDS } from "../view-as/view-as-token";
import { consolePage } from "./layout";
import type { Visit } from "./visit";

/** What the player sees of themselves, and a token to read on with, shown this once. */
export function viewAsPage({ place, ownUrl }: Visit, user: User, token: string): Response {
  const paths = ["/api/me", "/api/identities", "/api/sessions", "/api/changes", "/api/me/events"];
  return consolePage(place, {
    title: `As ${user.name || `player ${user.id}`} sees it`,
    content: html`<p><a href="${place.base}/console/players/${user.id}">Back to the player</a></p>
<section class="card" aria-labelledby="token">
<h2 id="token">A token to look with</h2>
<p>It is shown this once, and good for ${VIEW_AS_SECONDS / 60} minutes, as long as you stay signed in here. It reads and writes nothing. Keep it to yourself: who has it reads this player's email.</p>
<code class="token">${token}</code>
<p>It reads ${paths.map((path) => html`<code>${path}</code>,`)} each with GET:</p>
<pre>curl -H "Authorization: Bearer $TOKEN" ${ownUrl}/api/me</pre>
</section>
<section class="card" aria-labelledby="me">
<h2 id="me">What /api/me tells</h2>
<pre tabindex="0">${JSON.stringify({ status: "success", user }, null, 2)}</pre>
</section>`,
  });
}
