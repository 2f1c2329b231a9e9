import type { ErrorCode } from "../errors";
import { errorResponses } from "../http/model";
import { htmlAnswer } from "../http/page-answer";
import { isSignInPage } from "../http/sign-in-page";
import { oauthErrorResponses } from "../oauth/model";
import { OAUTH_FORMS } from "../oauth/routes";
import { type Answer, changeObjects, type OpenApiDocument, type Operation, type Schema } from "./document";
import { simpler } from "./simpler";

/** The body of an error: of ours, or of OAuth's. */
type ErrorExample = { code?: string; message?: string; error?: string; error_description?: string };

/** An answer as the plugin has it: what stood beside its schema stands beside its content. */
type DeclaredAnswer = Answer & { title?: string; examples?: ErrorExample[]; "x-answer"?: string };

/** An operation as the plugin has it. */
export type DeclaredOperation = Omit<Operation, "responses"> & {
  responses: Record<string, DeclaredAnswer | { $ref: string }>;
  "x-errors"?: ErrorCode[];
};

/**
 * Puts the error answers of an operation into `components.responses`, where those of a status are one, and lists the
 * operation's own codes in its description. Adds what no route declares: 405, and any other page of a sign-in.
 */
export function shareAnswers(
  document: OpenApiDocument,
  { path, operation }: { path: string; operation: DeclaredOperation },
): void {
  const { "x-errors": further, ...rest } = operation;
  const answers = operation.responses as Record<string, DeclaredAnswer>;
  if (further) addErrors(answers, errorResponses(...further));
  addMethodNotAllowed(path, answers);
  if (isSignInPage(path)) answers.default ??= htmlAnswer("Any other page that says what is wrong.");
  delete operation["x-errors"];

  const codes: string[] = [];
  for (const [status, declared] of Object.entries(answers)) {
    const { title, examples = [], "x-answer": name, ...answer } = declared;
    answer.description ??= "Success";
    const schema = answer.content?.["application/json"]?.schema;
    if (schema && title) schema.title = title;
    if (name) {
      codes.push(`- ${status}: ${examples.map((example) => `\`${codeOf(example)}\``).join(", ")}`);
      operation.responses[status] = share(document, name, answer, examples);
    } else {
      if (schema && examples.length > 0) schema.examples = examples;
      operation.responses[status] = answer;
    }
  }
  if (codes.length > 0)
    operation.description = `${rest.description}\n\nErrors, by their codes:\n\n${codes.join("\n")}`;
}

/** Adds error answers, or their codes to those of the same status. */
function addErrors(answers: Record<string, DeclaredAnswer>, schemas: Record<string, object>): void {
  for (const [status, schema] of Object.entries(schemas)) {
    const added = declaredAs(schema as Schema);
    const there = answers[status];
    if (!there) answers[status] = added;
    else if (there.examples && there["x-answer"] === added["x-answer"]) {
      const known = new Set(there.examples.map(codeOf));
      there.examples.push(...(added.examples ?? []).filter((example) => !known.has(codeOf(example))));
    }
  }
}

function addMethodNotAllowed(path: string, answers: Record<string, DeclaredAnswer>): void {
  if (isSignInPage(path)) answers[405] ??= htmlAnswer("The path has other methods; a page that says so.");
  else if (OAUTH_FORMS.includes(path))
    addErrors(answers, only405(oauthErrorResponses([405, "invalid_request"])));
  else addErrors(answers, only405(errorResponses("method_not_allowed")));
}

function only405(schemas: Record<string, object>): Record<string, object> {
  return Object.fromEntries(Object.entries(schemas).filter(([status]) => status === "405"));
}

function declaredAs(typeboxSchema: Schema): DeclaredAnswer {
  const { title, examples, "x-answer": name, ...declared } = JSON.parse(JSON.stringify(typeboxSchema));
  const schema = changeObjects(declared, simpler) as Schema;
  return { title, examples, "x-answer": name, description: "", content: { "application/json": { schema } } };
}

/** One answer for all operations, with every code that any of them has. */
function share(
  { components }: OpenApiDocument,
  name: string,
  answer: Answer,
  examples: ErrorExample[],
): { $ref: string } {
  components.responses ??= {};
  components.responses[name] ??= { ...answer, description: "" };
  const shared = components.responses[name];
  const media = shared.content?.["application/json"];
  if (media) {
    media.examples ??= {};
    for (const value of examples) media.examples[codeOf(value)] ??= { value };
    shared.description = Object.values(media.examples)
      .map(({ value }) => sentenceOf(value as ErrorExample))
      .join("\n\n");
  }
  return { $ref: `#/components/responses/${name}` };
}

function codeOf({ code, error }: ErrorExample): string {
  return code ?? error ?? "";
}

function sentenceOf(example: ErrorExample): string {
  return `\`${codeOf(example)}\`: ${example.message ?? example.error_description}`;
}
