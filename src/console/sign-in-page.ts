import { html } from "../http/html";
import type { Providers } from "../identity/providers";
import { consolePage, type Place } from "./layout";

/** Where somebody of the studio says who they are: with what they play with. */
export function signInPage(place: Place, providers: Providers, next: string): Response {
  const ways = providers.signInPages.map((id) => {
    const query = new URLSearchParams({ provider: id, next });
    return html`<a class="button" href="${place.base}/console/sign-in/start?${query.toString()}">Sign in with ${
      providers.get(id).name
    }</a>`;
  });
  return consolePage(place, {
    title: "Sign in",
    content: html`<div class="card narrow">
<p>For the studio's own people. You sign in as you do to play.</p>
${ways.length > 0 ? html`<div class="ways">${ways}</div>` : html`<p class="problem">This server has no way in that has a page.</p>`}
</div>`,
  });
}

/** The browser goes on by itself from a page of ours: a redirect from the provider's would leave the new cookie out. */
export function signedInPage(place: Place, next: string, cookie: string): Response {
  return consolePage(place, {
    title: "You are signed in",
    goesOnTo: next,
    headers: [["set-cookie", cookie]],
    content: html`<div class="card narrow"><p><a href="${next}">Go on</a></p></div>`,
  });
}

/** @param userId of whoever signed in; null for somebody who is no player */
export function noRolePage(place: Place, userId: number | null): Response {
  return consolePage(place, {
    title: "This is not for you",
    status: 403,
    content: html`<div class="card narrow">
${
  userId === null
    ? html`<p>Nobody plays with this account yet. Sign in to the game once, then let an admin give you a role.</p>`
    : html`<p>You are player ${userId}, who is neither moderator nor admin. An admin can change that, or whoever runs the server:</p>
<p><code>bun run admin roles set ${userId} moderator</code></p>`
}
<p><a href="${place.base}/console/sign-in">Sign in as somebody else</a></p>
</div>`,
  });
}

/** @param error as OAuth names it; see `PlayerPage.told` */
export function notSignedInPage(place: Place, error: string): Response {
  return consolePage(place, {
    title: "You are not signed in",
    status: error === "access_denied" ? 403 : 503,
    content: html`<div class="card narrow">
<p>${
      error === "access_denied"
        ? "You changed your mind on the way, or the other side did."
        : "The other side does not answer as it should just now."
    }</p>
<p><a class="button" href="${place.base}/console/sign-in">Try again</a></p>
</div>`,
  });
}
