import { withDeadline } from "../deadline";
import { ApiError } from "../errors";

/** Bytes that the body of a request may have, where its route says nothing else. */
export const MAXIMUM_BODY_BYTES = 16_384;

/** How long a body may take to arrive, in milliseconds. */
const BODY_DEADLINE_MS = 10_000;

/** How deep arrays and objects may be nested; code that walks deeper ones recursively may run out of stack. */
const MAXIMUM_DEPTH = 16;

const JSON_TYPE = "application/json";
const FORM = "application/x-www-form-urlencoded";

const strictUtf8 = new TextDecoder("utf-8", { fatal: true });

/** Routes that take forms, as OAuth has it (RFC 6749 §3.2) and browsers send them, and no JSON. */
const FORMS = /^\/(oauth\/|device$)/;

/**
 * Reads a request body, which has ten seconds to arrive: JSON, or a form where the route takes one. A request without
 * one and without a type has none.
 * @param route as it was registered
 * @throws {ApiError} unsupported_media_type, payload_too_large, request_timeout, validation_failed
 */
export type BodyReader = (request: Request, contentType: string, route: string) => Promise<unknown>;

/**
 * @param maxima bytes that the bodies of some routes may have
 * @param cutOff once aborted, bodies that have not arrived yet are no longer waited for
 */
export function createBodyReader(maxima: Readonly<Record<string, number>>, cutOff?: AbortSignal): BodyReader {
  const arriving = new Set<() => void>();
  cutOff?.addEventListener("abort", () => {
    for (const giveUp of arriving) giveUp();
  });
  const late = () => new ApiError("request_timeout");
  return async (request, contentType, route) => {
    if (!contentType && !hasBody(request.headers)) return undefined;
    const isForm = FORMS.test(route);
    if (contentType.toLowerCase() !== (isForm ? FORM : JSON_TYPE))
      throw new ApiError(
        "unsupported_media_type",
        isForm ? { message: `The request body must be ${FORM}.` } : {},
      );
    const body = readCapped(request, maxima[route] ?? MAXIMUM_BODY_BYTES);
    const bytes = await withDeadline(body, BODY_DEADLINE_MS, late, arriving);
    return isForm ? parseForm(bytes) : parseJson(bytes);
  };
}

/** A member without a value is as if it were left out, and none may be there twice (RFC 6749 §3.2). */
function parseForm(bytes: Uint8Array): Record<string, string> {
  const members = [...new URLSearchParams(Buffer.from(bytes).toString())].filter(([, value]) => value !== "");
  const form = Object.fromEntries(members);
  const isSound =
    Object.keys(form).length === members.length && !Object.values(form).some((value) => value.includes("\0"));
  if (!isSound)
    throw new ApiError("validation_failed", {
      message: "The form is not well formed.",
      fields: { fields: [] },
    });
  return form;
}

function parseJson(bytes: Uint8Array): unknown {
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
