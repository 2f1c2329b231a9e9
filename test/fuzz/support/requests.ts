import fc from "fast-check";
import { goodNames, refusedNames } from "../../fixtures/hostile-strings";
import { fitting, type Schema } from "./schema-arbitrary";

export type Parameter = { in: "query" | "path" | "header"; name: string; required?: boolean; schema: Schema };
export type Operation = {
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { content?: { "application/json"?: { schema: Schema } } }>;
  security?: unknown[];
};

/** A request as it goes out; `body` is the text of it. */
export type Request = {
  pathParameters: Record<string, string>;
  query: [name: string, value: string][];
  body: string | undefined;
  contentType: string | undefined;
};

const hostileText = fc.constantFrom(
  ...[...refusedNames, ...goodNames].map(([, text]) => text).filter(({ length }) => length < 5_000),
  "null",
  "'; DROP TABLE users; --",
  "../../../etc/passwd",
  "%00",
  "-1",
  "1e309",
);
const wrongValue = fc.oneof(hostileText, fc.jsonValue(), fc.constant("a".repeat(9_000)));

/** Requests that fit the operation's schemas. */
export function fittingRequest({ parameters = [], requestBody }: Operation): fc.Arbitrary<Request> {
  const [type, schema] = bodyOf(requestBody);
  return fc.record({
    pathParameters: fc.record(byName(parameters, "path")),
    query: fc
      .record(byName(parameters, "query"), {
        requiredKeys: parameters.filter((it) => it.in === "query" && it.required).map(({ name }) => name),
      })
      .map((query) => Object.entries(query) as [string, string][]),
    body: schema ? fitting(schema).map((value) => written(value, type)) : fc.constant(undefined),
    contentType: fc.constant(type),
  }) as fc.Arbitrary<Request>;
}

const FORM = "application/x-www-form-urlencoded";

/** The one media type of a body, and its schema. */
function bodyOf(requestBody: Operation["requestBody"]): [] | [type: string, schema: Schema] {
  const [body] = Object.entries(requestBody?.content ?? {});
  return body ? [body[0], body[1].schema] : [];
}

function written(value: unknown, type: string | undefined): string {
  return type === FORM
    ? new URLSearchParams(value as Record<string, string>).toString()
    : JSON.stringify(value);
}

/** Requests with one thing wrong, sometimes more. */
export function breakingRequest(operation: Operation): fc.Arbitrary<Request> {
  const { parameters = [], requestBody } = operation;
  const fit = fittingRequest(operation);
  const breaks: fc.Arbitrary<Request>[] = [
    fc
      .tuple(fit, fc.array(fc.tuple(fc.constantFrom("state", "code", "a", "__proto__"), hostileText)))
      .map(([request, more]) => ({ ...request, query: [...request.query, ...more] })),
  ];
  const [, schema] = bodyOf(requestBody);
  if (schema) breaks.push(...brokenBodies(fit, schema));
  for (const { in: place, name } of parameters) {
    breaks.push(
      fc
        .tuple(fit, hostileText)
        .map(([request, value]) =>
          place === "path"
            ? { ...request, pathParameters: { ...request.pathParameters, [name]: value || "x" } }
            : { ...request, query: request.query.map(([key, old]) => [key, key === name ? value : old]) },
        ),
      fit.map((request) => ({ ...request, query: request.query.filter(([key]) => key !== name) })),
    );
  }
  return fc.oneof(...breaks);
}

function brokenBodies(fit: fc.Arbitrary<Request>, { properties = {} }: Schema): fc.Arbitrary<Request>[] {
  const withBody = (bodies: fc.Arbitrary<string>) =>
    fc.tuple(fit, bodies).map(([request, body]) => ({ ...request, body }));
  const names = fc.constantFrom(...Object.keys(properties), "__proto__", "constructor", "");
  const one = fc
    .tuple(names, wrongValue)
    .map(([name, value]) => `{${JSON.stringify(name)}:${JSON.stringify(value)}}`);
  const twice = fc
    .tuple(names, wrongValue, wrongValue)
    .map(
      ([name, a, b]) =>
        `{${[a, b].map((value) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join()}}`,
    );
  const deep = fc.integer({ min: 10, max: 8_000 }).map((depth) => "[".repeat(depth) + "]".repeat(depth));
  return [
    withBody(fc.oneof(one, twice)),
    withBody(
      fc.oneof(fc.json(), deep, fc.string({ unit: "binary" }), fc.constant(`"${"a".repeat(17_000)}"`)),
    ),
    fc
      .tuple(fit, fc.constantFrom("text/plain", "application/xml", "application/json", FORM, undefined))
      .map(([request, contentType]) => ({ ...request, contentType })),
    fit.map((request) => ({ ...request, body: undefined })),
  ];
}

function byName(parameters: Parameter[], place: Parameter["in"]): Record<string, fc.Arbitrary<unknown>> {
  const own = parameters.filter((parameter) => parameter.in === place);
  return Object.fromEntries(own.map(({ name, schema }) => [name, fitting(schema)]));
}
