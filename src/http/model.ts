import { Kind, type TProperties, type TUnsafe, Type, TypeRegistry } from "@sinclair/typebox";
import { t } from "elysia";
import { ERRORS, type ErrorCode } from "../errors";
import { valuesIn } from "./described-values";
import { ERROR_MEMBERS } from "./error-members";
import { reasonPhrase } from "./reason-phrase";

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

type PageSizeSchema = { type: "integer"; minimum: number; maximum: number; description?: string };

TypeRegistry.Set<PageSizeSchema>("PageSize", ({ minimum, maximum }, value) => {
  const size = typeof value === "string" && /^[1-9][0-9]{0,3}$/.test(value) ? Number(value) : 0;
  return size >= minimum && size <= maximum;
});

/**
 * How many of a list a page has, in a query, where it comes as text: TypeBox's own integer refuses that, and Elysia's says
 * of a number out of bounds no name.
 * @param usual without it; 100 is the most
 */
export function pageSize(usual: number): TUnsafe<string> {
  return Type.Unsafe<string>({
    description: `How many at most, ${usual} when it is left out.`,
    examples: [usual],
    [Kind]: "PageSize",
    type: "integer",
    minimum: 1,
    maximum: 100,
  });
}

/** The answer that says no more than that it was done. */
export const successAnswer = t.Object({ status: t.Literal("success") }, { title: "Success" });

/**
 * The error answers of a route for its `response` declaration, grouped by status, so that the document lists every code
 * with its sentence. The answers of a status share one schema.
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

/**
 * For the `detail` of a route whose handler makes its answer itself, which can declare none in `response`: the document
 * then has these errors.
 */
export function alsoAnswers(...codes: ErrorCode[]): { "x-errors": ErrorCode[] } {
  return { "x-errors": codes };
}

/**
 * The answer of a code whose body has members that no other's has.
 * @param codes that one, and further codes of its status, whose bodies lack those members
 * @param title its name in the document
 * @param example of those members
 */
export function errorWith<Members extends TProperties>(
  codes: [own: ErrorCode, ...others: ErrorCode[]],
  title: string,
  members: Members,
  example: Record<string, unknown>,
) {
  return t.Object(
    { ...errorProperties(codes), ...members },
    {
      title,
      "x-answer": title.replace(/Error$/, ""),
      examples: [{ ...exampleOf(codes[0]), ...example }, ...codes.slice(1).map(exampleOf)],
    },
  );
}

/** `x-answer` is the name that the answers of a status share in the document. */
function errorSchema(codes: ErrorCode[]) {
  const status = ERRORS[codes[0] as ErrorCode][0];
  const reason = reasonPhrase(status);
  const ofStatus = CODES.filter((code) => ERRORS[code][0] === status);
  const members = Object.assign({}, ...ofStatus.map((code) => ERROR_MEMBERS[code]?.members));
  const isPlain = Object.keys(members).length === 0;
  return t.Object(
    { ...errorProperties(isPlain ? CODES : ofStatus), ...members },
    {
      title: isPlain ? "Error" : (TITLES[status] ?? `${reason}Error`),
      "x-answer": reason,
      examples: codes.map(exampleOf),
    },
  );
}

const CODES = Object.keys(ERRORS) as ErrorCode[];

/** Of statuses whose own word says less. */
const TITLES: Record<number, string> = { 400: "ValidationError" };

function errorProperties(codes: ErrorCode[]) {
  return {
    status: t.Literal("error"),
    code: t.String({ description: valuesIn(codes) }),
    message: t.String({ description: "One plain sentence." }),
    request_id: t.String({ description: "To quote; also in `x-request-id`." }),
  };
}

function exampleOf(code: ErrorCode) {
  return {
    status: "error",
    code,
    message: ERRORS[code][1],
    request_id: "01985f3a-7c1e-7000-8000-6d1f2a9b3c4d",
    ...ERROR_MEMBERS[code]?.example,
  };
}
