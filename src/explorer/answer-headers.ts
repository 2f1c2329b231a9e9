import type { Answer, OpenApiDocument, Operation } from "./document";

/** Headers of our answers, by their name in `components.headers`. */
const HEADERS = {
  RequestId: {
    name: "x-request-id",
    description: "The request's own where it is 1–64 of `A-Z a-z 0-9 . _ -`, else a new one.",
    schema: { type: "string" },
    example: "01985f3a-7c1e-7000-8000-6d1f2a9b3c4d",
  },
  RetryAfter: {
    name: "Retry-After",
    description: "Seconds after which to try again.",
    schema: { type: "integer" },
    example: 5,
  },
  WwwAuthenticate: {
    name: "WWW-Authenticate",
    description: "What to authenticate with, and what was wrong (RFC 6750 §3, RFC 9449 §7.1).",
    schema: { type: "string" },
    example: 'Bearer error="invalid_token"',
  },
  DpopNonce: {
    name: "DPoP-Nonce",
    description: "With every answer to a proof: the nonce of the next one (RFC 9449 §8).",
    schema: { type: "string" },
  },
  Allow: {
    name: "Allow",
    description: "The methods that the path has.",
    schema: { type: "string" },
    example: "GET, HEAD",
  },
  ETag: {
    name: "ETag",
    description: "The version, for an `If-Match` (RFC 9110 §8.8.3).",
    schema: { type: "string" },
    example: '"4"',
  },
  Location: { name: "Location", description: "Where to go on.", schema: { type: "string" } },
};

type HeaderName = keyof typeof HEADERS;

const PROOF = {
  name: "DPoP",
  in: "header",
  required: false,
  description: "The proof of a session that is bound to a key (RFC 9449 §4).",
  schema: { type: "string" },
};

/** Names the headers of each answer of an operation, and the one that it reads beside `Authorization`. */
export function addHeaders({ components }: OpenApiDocument, operation: Operation): void {
  const readsProof = operation.description.includes("`use_dpop_nonce`");
  const readsVersion = operation.parameters?.some((each) => "name" in each && each.name === "If-Match");
  if (readsProof) {
    components.parameters ??= {};
    components.parameters.DpopProof ??= PROOF;
    operation.parameters = [...(operation.parameters ?? []), { $ref: "#/components/parameters/DpopProof" }];
  }
  for (const [status, answer] of Object.entries(operation.responses)) {
    const names = headersOf(status, readsProof);
    if (status === "200" && readsVersion) names.push("ETag");
    const shared = "$ref" in answer ? components.responses[answer.$ref.split("/").at(-1) ?? ""] : answer;
    if (shared) setHeaders(components, shared, names);
  }
}

function headersOf(status: string, readsProof: boolean): HeaderName[] {
  const names: HeaderName[] = ["RequestId"];
  if (readsProof) names.push("DpopNonce");
  if (status.startsWith("3")) names.push("Location");
  if (status === "401") names.push("WwwAuthenticate");
  if (status === "405") names.push("Allow");
  if (status === "429" || status === "503") names.push("RetryAfter");
  return names;
}

function setHeaders(components: OpenApiDocument["components"], answer: Answer, names: HeaderName[]): void {
  components.headers ??= {};
  answer.headers ??= {};
  for (const key of names) {
    const { name, ...header } = HEADERS[key];
    components.headers[key] ??= header;
    answer.headers[name] ??= { $ref: `#/components/headers/${key}` };
  }
}
