type Content = Record<string, { schema?: unknown; examples?: Record<string, { value: unknown }> }>;
type Response = { description?: string; content?: Content; examples?: { code: string }[] };
type Operation = {
  parameters?: { example?: unknown; examples?: unknown }[];
  requestBody?: { content?: Content };
  responses?: Record<string, Response>;
};
export type OpenApiDocument = { paths: Record<string, Record<string, Operation>> };

/**
 * Puts the plugin's document into the words of OpenAPI 3.1: JSON as the only media type, and examples where
 * the specification has them.
 */
export function toOpenApi31<T extends OpenApiDocument>(document: T): T {
  for (const operations of Object.values(document.paths)) {
    for (const operation of Object.values(operations)) {
      keepJson(operation.requestBody);
      for (const parameter of operation.parameters ?? []) moveExample(parameter);
      for (const response of Object.values(operation.responses ?? {})) {
        keepJson(response);
        moveExamples(response);
        response.description ??= "Success";
      }
    }
  }
  return document;
}

function keepJson(holder: { content?: Content } | undefined): void {
  const json = holder?.content?.["application/json"];
  if (holder && json) holder.content = { "application/json": json };
}

function moveExample(parameter: { example?: unknown; examples?: unknown }): void {
  if (!Array.isArray(parameter.examples)) return;
  parameter.example = parameter.examples[0];
  delete parameter.examples;
}

function moveExamples(response: Response): void {
  const json = response.content?.["application/json"];
  if (json && response.examples) {
    json.examples = Object.fromEntries(response.examples.map((value) => [value.code, { value }]));
  }
  delete response.examples;
}
