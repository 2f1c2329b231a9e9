/** A schema of JSON Schema 2020-12, or of OpenAPI 3.0. */
export type Schema = {
  $ref?: string;
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  [keyword: string]: unknown;
};

type Ref = { $ref: string };
export type Media = { schema?: Schema; examples?: Record<string, { value: unknown }> };
export type Answer = {
  description: string;
  headers?: Record<string, Ref>;
  content?: Record<string, Media>;
};
export type Parameter = {
  in: string;
  name: string;
  schema?: Schema;
  example?: unknown;
  [member: string]: unknown;
};

export type Operation = {
  operationId: string;
  summary: string;
  description: string;
  tags: string[];
  security: Record<string, string[]>[];
  parameters?: (Parameter | Ref)[];
  requestBody?: { required?: boolean; content: Record<string, Media> };
  responses: Record<string, Answer | Ref>;
};

export type Components = {
  schemas: Record<string, Schema>;
  responses: Record<string, Answer>;
  headers: Record<string, object>;
  parameters: Record<string, Parameter>;
  securitySchemes: Record<string, object>;
};

/** An OpenAPI document, as far as ours goes. */
export type OpenApiDocument = {
  openapi: string;
  info: Record<string, unknown>;
  servers: { url: string }[];
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: Components;
};

export type FoundOperation = { path: string; method: string; operation: Operation };

export function operationsOf(document: Pick<OpenApiDocument, "paths">): FoundOperation[] {
  return Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({ path, method, operation })),
  );
}

/** Members that hold values of a game's or a server's, and no part of the document. */
const VALUES = new Set(["const", "default", "enum", "example", "examples"]);

/** Members whose own members have names of ours: none of those is a keyword. */
const MAPS = new Set(["content", "headers", "parameters", "paths", "properties", "responses", "schemas"]);

/**
 * The same with `change` made to each object that the specification knows (an operation, an answer, a schema), inner
 * ones first; examples and other values stay as they are.
 */
export function changeObjects(node: unknown, change: (object: Schema) => unknown, isMap = false): unknown {
  if (Array.isArray(node)) return node.map((each) => changeObjects(each, change));
  if (typeof node !== "object" || node === null) return node;
  const changed = Object.entries(node).map(([name, value]) => [
    name,
    !isMap && VALUES.has(name) ? value : changeObjects(value, change, !isMap && MAPS.has(name)),
  ]);
  const object = Object.fromEntries(changed);
  return isMap ? object : change(object);
}
