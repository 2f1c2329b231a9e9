import type { ApiError } from "../errors";
import { type Html, html } from "../http/html";
import { ACTIONS } from "./actions";
import type { Draft } from "./draft";
import { consolePage, hiddenToken, type Place } from "./layout";
import { isGrave } from "./permissions";
import type { Visit } from "./visit";

const REASONS: Partial<Record<ApiError["code"], string>> = {
  authorization_expired:
    "This page is too old, was used before, or belongs to another browser or site. It needs cookies.",
  not_found: "There is nothing here.",
};

/** When something went wrong that no page is there for. Says nothing that came from outside. */
export function problemPage(base: string, error: ApiError): Response {
  return consolePage(
    { base, visitor: null },
    {
      title: error.status >= 500 ? "That did not work" : "That cannot be done",
      status: error.status,
      content: html`<div class="card narrow"><p>${REASONS[error.code] ?? error.message}</p><p><a href="${base}/console">To the first page</a></p></div>`,
    },
  );
}

/** What was sent came from somebody who is not, or no longer freshly, signed in: it is kept, and gone on with. */
export function signInOncePage(
  place: Place,
  draft: Draft,
  isFirst: boolean,
  keptCookie: string | null,
): Response {
  return consolePage(place, {
    title: isFirst ? "Sign in first" : "Sign in once more",
    status: isFirst ? 401 : 403,
    headers: keptCookie === null ? [] : [["set-cookie", keptCookie]],
    content: html`<div class="card narrow">
<p>${isFirst ? "You are signed in no longer." : "This asks for a sign-in that is no older than five minutes."} Nothing was done yet.</p>
${
  keptCookie === null
    ? html`<p class="problem">It is too long to be kept through the sign-in. Copy it from here:</p>`
    : html`<p>You will come back to this:</p>`
}
${filledIn(draft)}
<p><a class="button" href="${place.base}/console/sign-in?next=/console/confirm">Sign in</a></p>
</div>`,
  });
}

/** The last look at what was kept through a sign-in, or came from a page of a session before. */
export function confirmPage({ place }: Visit, draft: Draft): Response {
  const { userId, action, fields } = draft;
  const { title } = ACTIONS[action];
  const hidden = Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  );
  return consolePage(place, {
    title: `${title}?`,
    content: html`<div class="card narrow">
${filledIn(draft)}
<form method="post" action="${place.base}/console/players/${userId}/${action}">
${hiddenToken(place.visitor?.formToken ?? "")}
${hidden}
<button${isGrave(action, fields.until) && html` class="danger"`}>${title}</button>
</form>
<p class="more"><a href="${place.base}/console/players/${userId}">Leave it</a></p>
</div>`,
  });
}

/** What somebody has filled in, as it goes on. */
function filledIn({ userId, action, fields }: Draft): Html {
  const items = Object.entries(fields).map(
    ([name, value]) => html`<dt>${name.replaceAll("_", " ")}</dt><dd><bdi>${value}</bdi></dd>`,
  );
  return html`<dl class="draft"><dt>to do</dt><dd>${ACTIONS[action].title}</dd><dt>player</dt><dd>${userId}</dd>${items}</dl>`;
}
