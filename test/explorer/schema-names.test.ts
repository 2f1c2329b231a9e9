import { expect, test } from "bun:test";
import type { OpenApiDocument } from "../../src/explorer/document";
import { nameSchemas } from "../../src/explorer/schema-names";

const withBodies = (...schemas: object[]) =>
  ({
    paths: {
      "/a": { get: { responses: { 200: schemas.map((schema) => ({ content: { json: { schema } } })) } } },
    },
    components: {},
  }) as unknown as OpenApiDocument;

const item = { title: "Item", type: "object", properties: { title: { type: "string" } } };
const list = { title: "List", type: "array", items: item };

test("a title makes a name, wherever the schema stands", () => {
  const { paths, components } = nameSchemas(withBodies(list, item));
  expect(components.schemas).toEqual({
    Item: { type: "object", properties: { title: { type: "string" } } },
    List: { type: "array", items: { $ref: "#/components/schemas/Item" } },
  });
  expect(JSON.stringify(paths)).not.toContain('"type"');
});

test("two schemas that differ cannot share one", () => {
  const other = { title: "Item", type: "string" };
  expect(() => nameSchemas(withBodies(list, other))).toThrow(
    "Two schemas that differ are called Item: give one another title.",
  );
});
