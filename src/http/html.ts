/** Markup that is safe to put on a page. */
export class Html {
  constructor(readonly markup: string) {}
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#x27;",
};

type Part = Html | readonly Html[] | string | number | false | null | undefined;

/** A template for markup: what is put in is escaped, unless it is markup itself; false, null and undefined vanish. */
export function html(template: TemplateStringsArray, ...parts: Part[]): Html {
  return new Html(String.raw({ raw: template }, ...parts.map(markupOf)));
}

function markupOf(part: Part): string {
  if (part === false || part === null || part === undefined) return "";
  if (part instanceof Html) return part.markup;
  if (typeof part === "object") return part.map(markupOf).join("\n");
  return String(part).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
