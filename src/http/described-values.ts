import { type TUnsafe, Type } from "@sinclair/typebox";

/** The values of a string of which more may come, for its description: an enumeration would break an old client. */
export function valuesIn(values: readonly string[]): string {
  return `${values.map((value) => `\`${value}\``).join(", ")}. More may come.`;
}

/**
 * A string of our answers that has one of these values today. In the document it is any string, and its description has
 * the values.
 */
export function openValues<const Value extends string>(
  values: readonly Value[],
  options: { description?: string; examples?: Value[] } = {},
): TUnsafe<Value> {
  const description = [options.description, valuesIn(values)].filter(Boolean).join(" ");
  return Type.Unsafe<Value>(Type.String({ ...options, description }));
}
