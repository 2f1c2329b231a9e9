/** A document with what its references name in their place. None of ours leads back to itself. */
export function withoutReferences<Document extends object>(document: Document): Document {
  const resolve = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(resolve);
    if (typeof value !== "object" || value === null) return value;
    const { $ref, ...rest } = value as { $ref?: unknown };
    const members = Object.fromEntries(Object.entries(rest).map(([name, member]) => [name, resolve(member)]));
    return typeof $ref === "string" ? { ...(resolve(named(document, $ref)) as object), ...members } : members;
  };
  return resolve(document) as Document;
}

function named(document: object, reference: string): unknown {
  return reference
    .slice("#/".length)
    .split("/")
    .reduce<unknown>((part, name) => (part as Record<string, unknown>)[name], document);
}
