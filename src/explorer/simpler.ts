import { isDeepStrictEqual } from "node:util";
import type { Schema } from "./document";

/** TypeBox's pattern of a record whose members may have any name. */
const ANY_NAME = "^(.*)$";

/** Says in few words what TypeBox says in many. */
export function simpler(schema: Schema): Schema {
  const { anyOf, patternProperties, ...rest } = schema;
  if (Array.isArray(anyOf)) return union(anyOf as Schema[], rest) ?? schema;
  const ofAnyName = (patternProperties as Record<string, Schema> | undefined)?.[ANY_NAME];
  if (ofAnyName) return { ...rest, additionalProperties: ofAnyName };
  if (Array.isArray(schema.type) && schema.type.length === 1) schema.type = schema.type[0] as string;
  // Elysia sets this while it compiles a route: members that nobody declared are left out, not refused.
  if (schema.additionalProperties === false) delete schema.additionalProperties;
  // TypeBox's never, of a route that refuses what nobody declared.
  if (isDeepStrictEqual(schema.additionalProperties, { not: {} })) schema.additionalProperties = false;
  const required = Array.isArray(schema.required) ? schema.required : [];
  for (const name of required) delete schema.properties?.[name]?.default;
  return schema;
}

/** `X or null` as one schema, and literals as an enumeration. */
function union(members: Schema[], rest: Schema): Schema | null {
  if (members.every((member) => typeof member.const === "string"))
    return { ...rest, type: "string", enum: members.map((member) => member.const) };
  const others = members.filter(({ type }) => type !== "null");
  const [only, ...more] = others;
  const isNullable = others.length < members.length;
  if (!isNullable || !only || more.length > 0 || typeof only.type !== "string" || only.title) return null;
  return { ...only, ...rest, type: [only.type, "null"] };
}
