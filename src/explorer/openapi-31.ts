import { OptionalKind } from "@sinclair/typebox";
import { addHeaders } from "./answer-headers";
import {
  type Answer,
  changeObjects,
  type Media,
  type OpenApiDocument,
  operationsOf,
  type Parameter,
} from "./document";
import { nameSchemas } from "./schema-names";
import { type DeclaredOperation, shareAnswers } from "./shared-answers";
import { simpler } from "./simpler";

/**
 * Makes of the plugin's document one of OpenAPI 3.1 that generators of clients take: every body and every error answer
 * has a name and stands once, JSON is the only media type where there is a choice, every answer has its headers.
 * @param fromPlugin is left as it is
 * @param serverUrl where players reach this server
 */
export function toOpenApi31(fromPlugin: unknown, serverUrl: string): OpenApiDocument {
  // Without TypeBox's symbols, and without the parts that routes share.
  const plain = JSON.parse(JSON.stringify(fromPlugin, withOptionalBody)) as OpenApiDocument;
  const document = changeObjects(plain, simpler) as OpenApiDocument;
  document.servers = [{ url: serverUrl }];
  document.info.contact = { name: "Who runs this server", url: serverUrl };
  for (const found of operationsOf(document)) {
    const { parameters = [], requestBody, responses } = found.operation;
    keepJson(requestBody);
    for (const answer of Object.values(responses) as Answer[]) {
      answerJson(answer);
      keepJson(answer);
    }
    for (const parameter of parameters as Parameter[]) moveExample(parameter);
    shareAnswers(document, found as { path: string; operation: DeclaredOperation });
    found.operation.security ??= [];
    addHeaders(document, found.operation);
  }
  return nameSchemas(document);
}

/** The plugin says of every body that it is required. */
function withOptionalBody(key: string, value: unknown): unknown {
  if (key !== "requestBody") return value;
  const body = value as { content: Record<string, Media> };
  const isOptional = Object.values(body.content).some(({ schema }) => schema && OptionalKind in schema);
  return { ...body, required: !isOptional };
}

/** The plugin names media types that no route takes. */
function keepJson(holder: { content?: Record<string, Media> } | undefined): void {
  const json = holder?.content?.["application/json"];
  if (holder && json) holder.content = { "application/json": json };
}

/** The plugin takes the media type of an answer from that of the request. */
function answerJson({ content }: Answer): void {
  const form = content?.["application/x-www-form-urlencoded"];
  if (content && form) content["application/json"] ??= form;
}

function moveExample(parameter: { example?: unknown; examples?: unknown }): void {
  if (!Array.isArray(parameter.examples)) return;
  parameter.example = parameter.examples[0];
  delete parameter.examples;
}
