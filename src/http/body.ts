import { withDeadline } from "../deadline";
import { ApiError } from "../errors";

/** Bytes that the body of a request may have, where its route says nothing else. */
export const MAXIMUM_BODY_BYTES = 16_384;

/** How long a body may take to arrive, in milliseconds. */
const BODY_DEADLINE_MS = 10_000;

/** How deep arrays and objects may be nested; code that walks deeper ones recursively may run out of stack. */
const MAXIMUM_DEPTH = 16;

const strictUtf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * Reads a request body, JSON or on some routes a form, which has ten seconds to arrive; a request without one and without a
 * type has none.
 * @param route as it was registered
 * @throws {ApiError} unsupported_media_type, payload_too_large, request_timeout, validation_failed
 */
export type BodyReader = (request: Request, contentType: string, route: string) => Promise<unknown>;

const NOT_A_FORM = "The request body must be application/x-www-form-urlencoded.";
const JSON_TYPE = "application/json";
const FORM_TYPE = "application/x-www-form-urlencoded";

export type BodyRules = {
  /** Bytes that the bodies of some routes may have. */
  maxima: Readonly<Record<string, number>>;
  /** Routes whose bodies are forms. */
  forms: readonly string[];
};

/**
 * @param cutOff once aborted, bodies that have not arrived yet are no longer waited for
 */
export function createBodyReader({ maxima, forms }: BodyRules, cutOff?: AbortSignal): BodyReader {
  const arriving = new Set<() => void>();
  cutOff?.addEventListener("abort", () => {
    for (const giveUp of arriving) giveUp();
  });
  const late = () => new ApiError("request_timeout");
  return async (request, contentType, route) => {
    if (!contentType && !hasBody(request.headers)) return undefined;
    const isForm = forms.includes(route);
    if (contentType.toLowerCase() !== (isForm ? FORM_TYPE : JSON_TYPE))
      throw new ApiError("unsupported_media_type", isForm ? { message: NOT_A_FORM } : {});
    const body = readCapped(request, maxima[route] ?? MAXIMUM_BODY_BYTES);
    const bytes = await withDeadline(body, BODY_DEADLINE_MS, late, arriving);
    return isForm ? parseForm(bytes) : parseBody(bytes);
  };
}

function parseBody(bytes: Uint8Array): unknown {
  try {
    const text = strictUtf8.decode(bytes);
    requireShallow(text);
    const body = JSON.parse(text);
    requireHarmless(body);
    return body;
  } catch {
    throw new ApiError("validation_failed", {
      message: "The request body is not valid JSON.",
      fields: { fields: [] },
    });
  }
}

/** RFC 6749 §3.2: a parameter is there once, and one without a value is not there. */
function parseForm(bytes: Uint8Array): unknown {
  try {
    const pairs = [...new URLSearchParams(strictUtf8.decode(bytes))];
    const form = Object.fromEntries(pairs.filter(([, value]) => value !== ""));
    if (new Set(pairs.map(([name]) => name)).size !== pairs.length) throw new TypeError();
    requireHarmless(form);
    return form;
  } catch {
    throw new ApiError("validation_failed", {
      message: "The request body is not a form with each parameter once.",
      fields: { fields: [] },
    });
  }
}

function hasBody(headers: Headers): boolean {
  return headers.has("transfer-encoding") || Number(headers.get("content-length") ?? 0) > 0;
}

async function readCapped(request: Request, maximum: number): Promise<Uint8Array> {
  const announced = request.headers.get("content-length");
  if (announced !== null) {
    if (Number(announced) > maximum) throw new ApiError("payload_too_large");
    const bytes = await request.bytes();
    if (bytes.length > maximum) throw new ApiError("payload_too_large");
    return bytes;
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.length;
    if (length > maximum) throw new ApiError("payload_too_large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Counts brackets outside strings, before a parser has to follow them. */
function requireShallow(text: string): void {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') inString = !inString;
    else if (inString) at += character === "\\" ? 1 : 0;
    else if (character === "[" || character === "{") depth++;
    else if (character === "]" || character === "}") depth--;
    if (depth > MAXIMUM_DEPTH) throw new TypeError();
  }
}

/**
 * Refuses NUL and lone surrogates, which JSON escapes can spell and no text column holds. Also refuses objects with a
 * `toString` of their own: Elysia turns a value that does not fit a schema into text, and would fail on them.
 */
function requireHarmless(value: unknown): void {
  if (typeof value === "string" && (value.includes("\0") || !value.isWellFormed())) throw new TypeError();
  if (typeof value !== "object" || value === null) return;
  if (Object.hasOwn(value, "toString")) throw new TypeError();
  for (const child of Object.values(value)) requireHarmless(child);
}
