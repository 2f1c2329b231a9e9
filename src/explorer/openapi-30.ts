import { changeObjects, type OpenApiDocument, type Schema } from "./document";
import { unionAsOne } from "./union-30";

/**
 * The same document in OpenAPI 3.0.3, for generators that know no other: without `const`, lists of types, `anyOf` and
 * `oneOf`. What 3.0 cannot say becomes wider, never narrower.
 */
export function toOpenApi30(document: OpenApiDocument): OpenApiDocument {
  const { paths, components } = document;
  const resolve = (schema: Schema): Schema =>
    schema.$ref ? resolve(components.schemas[schema.$ref.split("/").at(-1) ?? ""] ?? {}) : schema;
  const converted = changeObjects({ paths, components }, (object) => schema30(object, resolve)) as Pick<
    OpenApiDocument,
    "paths" | "components"
  >;
  return { ...document, openapi: "3.0.3", ...converted };
}

function schema30(schema: Schema, resolve: (schema: Schema) => Schema): Schema {
  const { anyOf, oneOf, ...plain } = schema;
  const alternatives = (anyOf ?? oneOf) as Schema[] | undefined;
  if (alternatives) return { ...unionAsOne(alternatives, resolve), ...schema30(plain, resolve) };
  const { $ref, ...siblings } = plain;
  // A reference of 3.0 stands alone.
  if ($ref && Object.keys(siblings).length > 0) return { ...siblings, allOf: [{ $ref }] };
  return [nullable, constant, example, exclusive].reduce((before, change) => change(before), plain as Schema);
}

function nullable(schema: Schema): Schema {
  const { type, ...rest } = schema;
  if (!Array.isArray(type)) return schema;
  const [only, ...more] = type.filter((each) => each !== "null");
  return {
    // Several types are any.
    ...(only && more.length === 0 ? { type: only } : {}),
    ...rest,
    ...(type.includes("null") ? { nullable: true } : {}),
  };
}

function constant(schema: Schema): Schema {
  if (!("const" in schema)) return schema;
  const { const: value, ...rest } = schema;
  return { ...rest, enum: [value] };
}

/** Of a schema alone: those of a body have names, in 3.0 as well. */
function example(schema: Schema): Schema {
  const { examples, ...rest } = schema;
  return Array.isArray(examples) ? { ...rest, example: examples[0] } : schema;
}

function exclusive(schema: Schema): Schema {
  const bounds: Schema = {};
  for (const side of ["Minimum", "Maximum"]) {
    const bound = schema[`exclusive${side}`];
    if (typeof bound === "number") {
      bounds[side.toLowerCase()] = bound;
      bounds[`exclusive${side}`] = true;
    }
  }
  return { ...schema, ...bounds };
}
