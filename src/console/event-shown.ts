import { type Html, html } from "../http/html";
import { time } from "./layout";

type State = Record<string, unknown> | null;

/** Who did something; a player or one of the studio's people with a link to them. */
export function actorShown(base: string, { kind, id }: { kind: string; id: string | null }): Html {
  if (id === null) return html`${kind}`;
  return kind === "player" || kind === "staff"
    ? html`${kind} <a href="${base}/console/players/${id}">${id}</a>`
    : html`${kind} <bdi>${id}</bdi>`;
}

/** What was changed, before and after; null for nothing that tells anybody anything. */
export function changedShown(before: State, after: State): Html | null {
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  // The id of a note, and the reason, which stands beside it.
  for (const name of ["note", "reason"]) names.delete(name);
  const items = [...names].flatMap((name) => {
    const [was, is] = [before?.[name], after?.[name]];
    if (JSON.stringify(was) === JSON.stringify(is)) return [];
    const change = was === undefined || is === undefined ? text(was ?? is) : html`${text(was)} → ${text(is)}`;
    return [html`<li><span class="faint">${name.replaceAll("_", " ")}</span> ${change}</li>`];
  });
  return items.length > 0 ? html`<ul class="changed">${items}</ul>` : null;
}

const TIME = /^\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)$/;

function text(value: unknown): Html {
  if (typeof value === "string") return TIME.test(value) ? time(value) : html`<bdi>${value}</bdi>`;
  return html`<bdi>${Array.isArray(value) ? value.join(", ") : JSON.stringify(value ?? null)}</bdi>`;
}
