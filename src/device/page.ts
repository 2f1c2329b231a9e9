import { isSameNetwork } from "../http/address";
import { type Html, html } from "../http/html";
import { page } from "../http/page";
import type { Identity, Profile } from "../identity/provider";
import { SCOPES, type Scope } from "../oauth/scopes";
import type { AskingDevice } from "./find-request";

/**
 * Where a player types the code that their device shows.
 * @param deviceUrl the address of `/device`
 * @param problem with the code before
 */
export function enterCodePage(deviceUrl: string, problem?: { status: number; sentence: string }): Response {
  return page({
    title: "Sign in a device",
    status: problem?.status ?? 200,
    formAction: "'self'",
    content: html`<p>Type the code that your game shows.</p>
${problem && html`<p class="problem" id="problem">${problem.sentence}</p>`}
<form action="${deviceUrl}">
<label>Code <input name="user_code" required maxlength="32" autofocus autocomplete="off" autocapitalize="characters" spellcheck="false" placeholder="XXXX-XXXX"${
      problem && html` aria-invalid="true" aria-describedby="problem"`
    }></label>
<button class="button">Continue</button>
</form>`,
  });
}

export type AnswerForms = {
  /** The address of `/device`. */
  deviceUrl: string;
  /** What the form of the page carries. */
  sealed: string;
  /** The address of who looks at it. */
  ip: string;
};

/** What asks to be signed in, and from where, before the player says who they are (RFC 8628 §5.4). */
export function askingDevicePage(asking: AskingDevice, forms: AnswerForms): Response {
  const signIn = `${forms.deviceUrl}/sign-in?user_code=${asking.userCode}`;
  return page({
    title: "Is this your device?",
    formAction: "'self'",
    content: html`<p>It has to show this very code:</p>
<p class="code">${asking.userCode}</p>
${described(asking, forms.ip)}
<p>Go on only if you have it in front of you. If somebody sent you this code or link, say no.</p>
<nav><a class="button" href="${signIn}">Yes, sign me in on it</a></nav>
${answerForm(forms, html`<button class="button quiet" name="decision" value="deny">No, this is not mine</button>`)}`,
  });
}

/** Whom the device would be signed in as; the last question. */
export function confirmPage(asking: AskingDevice, player: Identity & Profile, forms: AnswerForms): Response {
  return page({
    title: `Sign in to ${asking.clientName}?`,
    formAction: "'self'",
    content: html`<p>You are <strong>${player.email ?? player.name ?? "signed in"}</strong>. The device with the code</p>
<p class="code">${asking.userCode}</p>
${described(asking, forms.ip)}
<p>will be signed in as you.</p>
${asking.scopes !== null && disclosed(asking.clientName, asking.scopes)}
${answerForm(
  forms,
  html`<button class="button" name="decision" value="allow">Sign in</button>
<button class="button quiet" name="decision" value="deny">Do not sign in</button>`,
)}`,
  });
}

export function allowedPage(): Response {
  return page({
    title: "You are signed in",
    content: html`<p>Go back to your device: the game goes on there. You can close this page.</p>`,
  });
}

export function deniedPage(): Response {
  return page({
    title: "Nobody was signed in",
    content: html`<p>The device has been told so. You can close this page.</p>`,
  });
}

/** After an answer that came too late. */
export function overPage(): Response {
  return page({
    title: "This code is over",
    status: 400,
    content: html`<p>It is older than ten minutes, or has been answered. Let the device show another one.</p>`,
  });
}

function answerForm({ deviceUrl, sealed }: AnswerForms, buttons: Html): Html {
  return html`<form method="post" action="${deviceUrl}"><input type="hidden" name="page" value="${sealed}">
${buttons}
</form>`;
}

function described({ clientName, device, ip: askedFrom, secondsAgo }: AskingDevice, ip: string): Html {
  const place = isSameNetwork(askedFrom, ip) ? "your own network" : "another network than yours";
  return html`<dl>
<dt>Game</dt><dd>${clientName}</dd>
${device !== null && html`<dt>Device</dt><dd>${device}</dd>`}
<dt>Asked</dt><dd>${timeAgo(secondsAgo)}</dd>
<dt>From</dt><dd>${askedFrom}, ${place}</dd>
</dl>`;
}

/** What a player lets an application know that is not the studio's own. */
function disclosed(clientName: string, scopes: Scope[]): Html {
  const items = scopes.map((scope) => html`<li>${SCOPES[scope]}</li>`);
  return html`<p>${clientName} would then be able to</p>
<ul>${items.length > 0 ? items : html`<li>know that you play</li>`}</ul>`;
}

function timeAgo(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1) return "just now";
  return minutes === 1 ? "a minute ago" : `${minutes} minutes ago`;
}
