import { describe, expect, test } from "bun:test";
import type { OpenApiDocument, Schema } from "../../src/explorer/document";
import { toOpenApi30 } from "../../src/explorer/openapi-30";
import { get } from "../support/requests";
import { onEmbedded } from "../support/suite";

/** A schema as OpenAPI 3.0.3 has it, beside schemas that it may refer to. */
function in30(schema: Schema, schemas: Record<string, Schema> = {}): Schema {
  const document = { openapi: "3.1.0", paths: {}, components: { schemas: { It: schema, ...schemas } } };
  return toOpenApi30(document as unknown as OpenApiDocument).components.schemas.It ?? {};
}

describe("OpenAPI 3.0.3 says", () => {
  test.each<[string, Schema, Schema]>([
    ["null as nullable", { type: ["string", "null"] }, { type: "string", nullable: true }],
    ["several types as any", { type: ["string", "integer"], description: "x" }, { description: "x" }],
    ["a constant as an enumeration of one", { type: "string", const: "a" }, { type: "string", enum: ["a"] }],
    ["examples as one example", { type: "integer", examples: [7, 8] }, { type: "integer", example: 7 }],
    [
      "an exclusive bound as a flag",
      { type: "number", exclusiveMinimum: 0, exclusiveMaximum: 9 },
      { type: "number", minimum: 0, exclusiveMinimum: true, maximum: 9, exclusiveMaximum: true },
    ],
    [
      "the same below members, items and what else is allowed",
      {
        type: "object",
        properties: { const: { type: "array", items: { const: 1 } } },
        additionalProperties: { type: ["string", "null"] },
      },
      {
        type: "object",
        properties: { const: { type: "array", items: { enum: [1] } } },
        additionalProperties: { type: "string", nullable: true },
      },
    ],
    [
      "nothing else of what an example has",
      { type: "object", examples: [{ const: 1, type: ["a", "null"] }] },
      { type: "object", example: { const: 1, type: ["a", "null"] } },
    ],
    [
      "a union of strings as a string, wider than it was",
      { description: "x", anyOf: [{ type: "string", pattern: "^a" }, { type: "string" }, { type: "null" }] },
      { type: "string", nullable: true, description: "x" },
    ],
    [
      "a union of constants as an enumeration",
      {
        oneOf: [
          { const: "a", type: "string" },
          { enum: ["b", "c"], type: "string" },
        ],
      },
      { type: "string", enum: ["a", "b", "c"] },
    ],
    ["a union of different types as any", { anyOf: [{ type: "string" }, { type: "integer" }] }, {}],
  ])("%s", (_, schema, expected) => {
    expect(in30(schema)).toEqual(expected);
  });

  test("a reference that may be null, or says more, around it", () => {
    const $ref = "#/components/schemas/Other";
    expect(in30({ anyOf: [{ $ref }, { type: "null" }] })).toEqual({ allOf: [{ $ref }], nullable: true });
    expect(in30({ $ref, description: "x" })).toEqual({ allOf: [{ $ref }], description: "x" });
    expect(in30({ $ref })).toEqual({ $ref });
  });

  test("a union of objects as one, with what all have required, and which members belong together", () => {
    const code = {
      type: "object",
      required: ["client", "code", "verifier"],
      properties: { client: { type: "string" }, code: { type: "string" }, verifier: { type: "string" } },
    };
    const token = {
      type: "object",
      required: ["client", "token"],
      properties: { client: { type: "string" }, token: { type: "string" } },
    };
    expect(in30({ oneOf: [code, { $ref: "#/components/schemas/Token" }] }, { Token: token })).toEqual({
      type: "object",
      required: ["client"],
      properties: { ...code.properties, ...token.properties },
      description:
        "One of these, whose members belong together:\n\n- `client`, `code`, `verifier`\n- `client`, `token`",
    });
  });
});

onEmbedded((at) => {
  const read = async (path: string) => JSON.parse((await get(at.server, path)).text) as OpenApiDocument;

  test("/openapi.json is the document in 3.0.3, with nothing that it does not know", async () => {
    const document = await read("/openapi.json");
    expect(document.openapi).toBe("3.0.3");
    const found: string[] = [];
    JSON.stringify(document, (keyword, value) => {
      if (["anyOf", "oneOf", "const"].includes(keyword) || (keyword === "type" && Array.isArray(value)))
        found.push(`${keyword}: ${JSON.stringify(value)}`);
      return value;
    });
    expect(found).toEqual([]);
  });

  test("it has the operations and the names of the one in 3.1", async () => {
    const [one, other] = [await read("/swagger/json"), await read("/openapi.json")];
    expect(one.openapi).toBe("3.1.0");
    expect(Object.keys(other.paths)).toEqual(Object.keys(one.paths));
    for (const kind of ["schemas", "responses", "headers", "parameters"] as const)
      expect(Object.keys(other.components[kind])).toEqual(Object.keys(one.components[kind]));
  });

  test("it is sent with the headers of the one in 3.1", async () => {
    const headers = { origin: at.server.origin };
    const [one, other] = [
      await get(at.server, "/swagger/json", headers),
      await get(at.server, "/openapi.json", headers),
    ];
    for (const name of ["content-type", "cache-control", "access-control-allow-origin", "vary"])
      expect([name, other.headers.get(name)]).toEqual([name, one.headers.get(name)]);
  });
});
