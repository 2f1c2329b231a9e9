import { Kind, type TUnsafe, Type, TypeRegistry } from "@sinclair/typebox";
import { t } from "elysia";
import { ERRORS, type ErrorCode } from "../errors";

type CharactersSchema = { type: "string"; maxLength: number; description?: string };

TypeRegistry.Set<CharactersSchema>(
  "Characters",
  ({ maxLength }, value) => typeof value === "string" && Array.from(value).length <= maxLength,
);

/**
 * A string of at most so many characters as JSON Schema and PostgreSQL count them: code points. TypeBox's own
 * `maxLength` counts UTF-16 units, of which an emoji has two.
 */
export function characters(maxLength: number, options: { description?: string } = {}): TUnsafe<string> {
  return Type.Unsafe<string>({ ...options, [Kind]: "Characters", type: "string", maxLength });
}

type IntegersSchema = { type: ["object"]; description?: string; examples?: unknown[] };

TypeRegistry.Set<IntegersSchema>(
  "Integers",
  (_schema, value) => typeof value === "object" && value !== null && !Array.isArray(value),
);

/**
 * Integers by names that the route checks itself, as it does the integers. Of TypeBox's own record Elysia makes `{}` of
 * whatever is none, so that nobody hears of the mistake.
 */
export function integers(
  options: { description?: string; examples?: unknown[] } = {},
): TUnsafe<Record<string, unknown>> {
  return Type.Unsafe<Record<string, unknown>>({
    ...options,
    [Kind]: "Integers",
    type: ["object"],
    additionalProperties: { type: "integer" },
  });
}

/**
 * The error answers of a route for its `response` declaration, grouped by status, so that the explorer lists
 * every code with its sentence.
 */
export function errorResponses<const Code extends ErrorCode>(...codes: Code[]) {
  const readsBody = (codes as ErrorCode[]).includes("payload_too_large");
  const all: ErrorCode[] = [...codes, ...(readsBody ? ["request_timeout" as const] : []), "internal_error"];
  const statuses = [...new Set(all.map((code) => ERRORS[code][0]))];
  const responses = statuses.map((status) => {
    const own = all.filter((code) => ERRORS[code][0] === status);
    return [status, errorSchema(own)] as const;
  });
  return Object.fromEntries(responses) as Record<
    (typeof ERRORS)[Code][0] | 500,
    ReturnType<typeof errorSchema>
  >;
}

function errorSchema(codes: ErrorCode[]) {
  return t.Object(
    {
      status: t.Literal("error"),
      code: t.Union(codes.map((code) => t.Literal(code))),
      message: t.String(),
      request_id: t.String(),
      fields: t.Optional(t.Array(t.Object({ path: t.String(), message: t.String() }))),
      reason: t.Optional(t.String()),
      until: t.Optional(t.Union([t.String({ format: "date-time" }), t.Null()])),
      next_change_at: t.Optional(t.String({ format: "date-time" })),
      minimum: t.Optional(t.String()),
      version: t.Optional(t.String()),
      url: t.Optional(t.Union([t.String(), t.Null()])),
    },
    {
      description: codes.map((code) => `\`${code}\`: ${ERRORS[code][1]}`).join("\n\n"),
      examples: codes.map((code) => ({
        status: "error",
        code,
        message: ERRORS[code][1],
        request_id: "01985f3a-7c1e-7000-8000-6d1f2a9b3c4d",
      })),
    },
  );
}
