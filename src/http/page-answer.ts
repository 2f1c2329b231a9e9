/** A page as an answer of the document, for the `responses` of a route's `detail`. */
export function htmlAnswer(description: string) {
  return { description, content: { "text/html": { schema: { type: "string" as const } } } };
}
