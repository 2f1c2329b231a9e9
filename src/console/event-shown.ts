import { type Html, html } from "../http/html";

type State = Record<string, unknown> | null;

/** Who did something; a player or one of the studio's people with a link to them. */
export function actorShown(base: string, { kind, id }: { kind: string; id: string | null }): Html {
  if (id === null) return html`${kind}`;
  return kind === "player" || kind === "staff"
    ? html`${kind} <a href="${base}/console/players/${id}">${id}</a>`
    : html`${kind} <bdi>${id}</bdi>`;
}

/** What was changed, before and after. */
export function changedShown(before: State, after: State): Html | false {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  if (names.length === 0) return false;
  const items = names.map((name) => {
    const [was, is] = [before?.[name], after?.[name]];
    const change =
      was === undefined || is === undefined ? html`${text(was ?? is)}` : html`${text(was)} → ${text(is)}`;
    return html`<dt>${name}</dt><dd>${change}</dd>`;
  });
  return html`<dl>${items}</dl>`;
}

function text(value: unknown): Html {
  if (Array.isArray(value)) return html`<bdi>${value.join(", ")}</bdi>`;
  return html`<bdi>${typeof value === "string" ? value : JSON.stringify(value ?? null)}</bdi>`;
}
