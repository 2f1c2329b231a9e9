import { expect, test } from "bun:test";
import { ERRORS, type ErrorCode } from "../../src/errors";
import { get } from "../support/requests";
import { onEmbedded } from "../support/suite";

/** Codes that no operation of the document declares, each with its reason. */
const UNDECLARED: Partial<Record<ErrorCode, string>> = {
  redirect_uri_invalid: "shown as a page in the browser's sign-in, never as JSON of an operation",
  method_not_allowed: "answers methods that the document does not have",
  header_too_large: "answers before a route is looked for, whatever the operation",
};

type Answer = { content?: Record<string, { schema?: { properties?: { code?: unknown } } }> };
type Operation = { responses: Record<string, Answer> };

onEmbedded((at) => {
  /** Every code in the document with the status that it stands under. */
  const declared = async () => {
    const document = JSON.parse((await get(at.server, "/swagger/json")).text) as {
      paths: Record<string, Record<string, Operation>>;
    };
    return Object.values(document.paths)
      .flatMap((methods) => Object.values(methods))
      .flatMap(({ responses }) => Object.entries(responses))
      .flatMap(([status, { content = {} }]) =>
        Object.values(content)
          .flatMap(({ schema }) => literals(schema?.properties?.code))
          .map((code) => ({ code, status: Number(status) })),
      );
  };

  test("every code in the document is an error of the table, under the table's status", async () => {
    const inDocument = await declared();
    expect(inDocument.length).toBeGreaterThan(0);
    for (const { code, status } of inDocument)
      expect(ERRORS[code as ErrorCode]?.[0], code).toBe(status as never);
  });

  test("every error of the table is declared by an operation, or has a reason why not", async () => {
    const codes = new Set((await declared()).map(({ code }) => code));
    const missing = Object.keys(ERRORS).filter((code) => !codes.has(code));
    expect(missing.sort()).toEqual(Object.keys(UNDECLARED).sort());
  });
});

/** The values that a schema of literals allows, however the union of them is written. */
function literals(schema: unknown): string[] {
  const { const: value, enum: values, anyOf, oneOf } = (schema ?? {}) as Record<string, unknown>;
  if (typeof value === "string") return [value];
  if (Array.isArray(values)) return values.map(String);
  return [anyOf, oneOf].flatMap((union) => (Array.isArray(union) ? union.flatMap(literals) : []));
}
