/** A form that a page would have the browser post: where to, and its fields. */
export type PostedForm = { action: string; fields: URLSearchParams };

/** Reads the form out of a page of OAuth 2.0 Form Post Response Mode. */
export async function postedForm(page: Response): Promise<PostedForm> {
  const form: PostedForm = { action: "", fields: new URLSearchParams() };
  await new HTMLRewriter()
    .on("form", {
      element(element) {
        form.action = unescaped(element.getAttribute("action"));
      },
    })
    .on("input", {
      element: (element) =>
        form.fields.append(unescaped(element.getAttribute("name")), unescaped(element.getAttribute("value"))),
    })
    .transform(page)
    .text();
  return form;
}

const ENTITIES: Record<string, string> = {
  "&quot;": '"',
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&#x27;": "'",
};

function unescaped(text: string | null): string {
  return (text ?? "").replace(/&(?:quot|amp|lt|gt|#x27);/g, (entity) => ENTITIES[entity] ?? entity);
}
