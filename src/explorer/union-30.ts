import type { Schema } from "./document";

/**
 * One schema that allows whatever any of these allows, and perhaps more: OpenAPI 3.0 has unions, and few generators make
 * good types of them. Of objects it has the members of all, and says which belong together.
 * @param alternatives in 3.0 already
 * @param resolve follows a `$ref`
 */
export function unionAsOne(alternatives: Schema[], resolve: (schema: Schema) => Schema): Schema {
  const others = alternatives.filter(({ type }) => type !== "null");
  const nullable =
    others.length < alternatives.length || others.some((each) => each.nullable) ? { nullable: true } : {};
  const [first = {}, ...more] = others;
  if (more.length === 0) return { ...(first.$ref ? { allOf: [{ $ref: first.$ref }] } : first), ...nullable };
  const resolved = others.map(resolve);
  const [{ type } = {} as Schema] = resolved;
  if (type === undefined || resolved.some((each) => each.type !== type)) return nullable;
  if (type === "object") return { ...oneObject(resolved), ...nullable };
  const values = resolved.map((each) => each.enum);
  const allowed = values.every(Array.isArray) ? { enum: [...new Set(values.flat())] } : {};
  return { type, ...allowed, ...nullable };
}

function oneObject(alternatives: Schema[]): Schema {
  const properties: Record<string, Schema> = Object.assign(
    {},
    ...alternatives.map((each) => each.properties),
  );
  const required = Object.keys(properties).filter((name) =>
    alternatives.every((each) => each.required?.includes(name)),
  );
  const together = alternatives.map(
    (each) => `- ${(each.required ?? []).map((name) => `\`${name}\``).join(", ")}`,
  );
  return {
    type: "object",
    properties,
    ...(required.length > 0 ? { required } : {}),
    description: `One of these, whose members belong together:\n\n${together.join("\n")}`,
  };
}
