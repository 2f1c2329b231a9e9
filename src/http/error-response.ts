import type { TSchema } from "@sinclair/typebox";
import { ValidationError } from "elysia";
import { isRetryable, isUnavailable } from "../db/errors";
import { ApiError, type ErrorCode } from "../errors";

/** Turns whatever was thrown into the one error that the client may see. */
export function toApiError(error: unknown, code: string | number): ApiError {
  if (error instanceof ApiError) return error;
  if (code === "PARSE") return toApiError((error as Error).cause, "");
  if (code === "NOT_FOUND") return new ApiError("not_found");
  if (error instanceof ValidationError && error.type !== "response") {
    const fields = error.all.map((issue) => ({
      path: "path" in issue ? String(issue.path).replace(/^\//, "").replaceAll("/", ".") : "",
      message: "message" in issue ? issueMessage(issue) : "does not fit",
    }));
    return new ApiError("validation_failed", { fields: { fields } });
  }
  if (isUnavailable(error) || isRetryable(error)) {
    return new ApiError("database_unavailable", { cause: error });
  }
  return new ApiError("internal_error", { cause: error });
}

/** TypeBox knows no sentence for the kinds of value that it does not know itself. */
function issueMessage({ message, schema }: { message: unknown; schema?: TSchema }): string {
  const text = String(message);
  if (!text.startsWith("Expected kind")) return text;
  if (schema?.maximum !== undefined)
    return `Expected ${schema.type} from ${schema.minimum} to ${schema.maximum}`;
  if (schema?.maxLength === undefined) return `Expected ${schema?.type ?? "another value"}`;
  return `Expected string of at most ${schema.maxLength} characters`;
}

/** The error body of `docs/wire.md`. */
export function errorBody(error: ApiError, requestId: string) {
  return {
    status: "error" as const,
    code: error.code,
    message: error.message,
    request_id: requestId,
    ...error.fields,
  };
}

const CHALLENGES: Partial<Record<ErrorCode, string>> = {
  invalid_token: 'Bearer error="invalid_token"',
  reauth_required: 'Bearer error="insufficient_user_authentication", max_age="600"',
  invalid_dpop_proof: 'DPoP error="invalid_dpop_proof", algs="ES256"',
};

/**
 * RFC 6750 §3: a challenge with every 401, and why when a token was sent; RFC 9449 §7.1 for a proof, RFC 9470 §3 for a
 * sign-in that is too long ago. RFC 9110 §15.5.9: with a 408 the connection
 * ends, since nobody waits for the rest.
 */
export function errorHeaders(error: ApiError): Record<string, string> {
  const headers: Record<string, string> = {};
  if (error.status === 401) {
    headers["www-authenticate"] = CHALLENGES[error.code] ?? "Bearer";
  }
  if (error.status === 408) headers.connection = "close";
  if (error.retryAfterSeconds !== undefined) headers["retry-after"] = String(error.retryAfterSeconds);
  return headers;
}
