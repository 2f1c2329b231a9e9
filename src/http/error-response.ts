import { ValidationError } from "elysia";
import { isRetryable, isUnavailable } from "../db/errors";
import { ApiError } from "../errors";
import type { Log } from "../log/log";

/** Turns whatever was thrown into the one error that the client may see. */
export function toApiError(error: unknown, code: string | number, log: Log): ApiError {
  if (error instanceof ApiError) return error;
  if (code === "PARSE") return toApiError((error as Error).cause, "", log);
  if (code === "NOT_FOUND") return new ApiError("not_found");
  if (error instanceof ValidationError && error.type !== "response") {
    const fields = error.all.map((issue) => ({
      path: "path" in issue ? String(issue.path).replace(/^\//, "").replaceAll("/", ".") : "",
      message: "message" in issue ? String(issue.message) : "does not fit",
    }));
    return new ApiError("validation_failed", { fields: { fields } });
  }
  if (isUnavailable(error) || isRetryable(error)) return new ApiError("database_unavailable");
  log.error("unexpected error", describe(error));
  return new ApiError("internal_error");
}

/** The kind and place of an error; its message may quote data, so it stays out. */
function describe(error: unknown): object {
  if (!(error instanceof Error)) return { kind: typeof error };
  const frames = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  const { code } = error as { code?: unknown };
  return {
    kind: error.name,
    ...(typeof code === "string" ? { code } : {}),
    at: frames.slice(0, 4).join(" < "),
  };
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

/** RFC 6750 §3: a challenge with every 401, and why when a token was sent. */
export function errorHeaders(error: ApiError): Record<string, string> {
  const headers: Record<string, string> = {};
  if (error.status === 401) {
    headers["www-authenticate"] = error.code === "invalid_token" ? 'Bearer error="invalid_token"' : "Bearer";
  }
  if (error.retryAfterSeconds !== undefined) headers["retry-after"] = String(error.retryAfterSeconds);
  return headers;
}
