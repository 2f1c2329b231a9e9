import { type Html, html } from "../http/html";

/** A column; null ones are left out. */
export type Column = string | null;

/** A table that becomes a list on a narrow screen. @param rows a cell for each column, those left out included */
export function table(columns: readonly Column[], rows: readonly (readonly Html[])[]): Html {
  const heads = columns.filter((label) => label !== null).map((label) => html`<th scope="col">${label}</th>`);
  const lines = rows.map(
    (cells) => html`<tr>${cells.flatMap((cell, at) => cellOf(columns[at] ?? null, cell))}</tr>`,
  );
  return html`<table class="stack">
<thead><tr>${heads}</tr></thead>
<tbody>${lines}</tbody>
</table>`;
}

function cellOf(label: Column, content: Html): Html[] {
  return label === null ? [] : [html`<td data-label="${label}"><div>${content}</div></td>`];
}
