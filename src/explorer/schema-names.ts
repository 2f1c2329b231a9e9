import { isDeepStrictEqual } from "node:util";
import { changeObjects, type OpenApiDocument, type Schema } from "./document";

/**
 * The document with every schema that has a `title` under that name in `components.schemas`, and a `$ref` wherever it is
 * used. So a name stands where its schema is declared, and nowhere else.
 * @throws when two schemas that differ have one name
 */
export function nameSchemas(document: OpenApiDocument): OpenApiDocument {
  const schemas: Record<string, Schema> = {};
  const named = changeObjects({ paths: document.paths, components: document.components }, (schema) => {
    const { title, ...untitled } = schema;
    if (typeof title !== "string") return schema;
    if (schemas[title] && !isDeepStrictEqual(schemas[title], untitled))
      throw new Error(`Two schemas that differ are called ${title}: give one another title.`);
    schemas[title] = untitled;
    return { $ref: `#/components/schemas/${title}` };
  }) as Pick<OpenApiDocument, "paths" | "components">;
  return { ...document, ...named, components: { ...named.components, schemas: sorted(schemas) } };
}

function sorted<T>(members: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(members).sort(([one], [other]) => (one < other ? -1 : 1)));
}
