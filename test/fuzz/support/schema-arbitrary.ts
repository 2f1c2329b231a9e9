import fc from "fast-check";

/** The part of JSON Schema that our OpenAPI document uses. */
export type Schema = {
  type?: "string" | "integer" | "number" | "boolean" | "null" | "array" | "object";
  const?: unknown;
  anyOf?: Schema[];
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: boolean;
};

const LONGEST = 300;

/** Values that fit a schema. */
export function fitting(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(fitting));
  switch (schema.type) {
    case "string":
      return text(schema);
    case "integer":
      return fc.integer();
    case "number":
      return fc.double({ noNaN: true });
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    case "array":
      return fc.array(fitting(schema.items ?? {}), { maxLength: 5 });
    case "object":
      return members(schema);
    default:
      return fc.jsonValue();
  }
}

function text({ pattern, minLength = 0, maxLength = LONGEST }: Schema): fc.Arbitrary<string> {
  if (pattern) {
    return fc
      .stringMatching(new RegExp(pattern))
      .filter(({ length }) => length >= minLength && length <= maxLength);
  }
  const length = { minLength, maxLength: Math.min(maxLength, LONGEST) };
  return fc
    .oneof(fc.string(length), fc.string({ ...length, unit: "binary" }))
    .filter((made) => made.length <= maxLength);
}

function members({ properties = {}, required = [] }: Schema): fc.Arbitrary<object> {
  const arbitraries = Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, fitting(schema)]),
  );
  return fc.record(arbitraries, { requiredKeys: required });
}

/** The same schema with nothing allowed that it does not name. */
export function closed(schema: Schema): Schema {
  return {
    ...schema,
    ...(schema.anyOf ? { anyOf: schema.anyOf.map(closed) } : {}),
    ...(schema.items ? { items: closed(schema.items) } : {}),
    ...(schema.properties
      ? {
          properties: Object.fromEntries(
            Object.entries(schema.properties).map(([name, property]) => [name, closed(property)]),
          ),
          additionalProperties: schema.additionalProperties ?? false,
        }
      : {}),
  };
}
