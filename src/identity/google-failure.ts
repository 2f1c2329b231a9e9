import { GaxiosError } from "gaxios";
import { ApiError } from "../errors";

/** What Google says when it does not know this server (RFC 6749 §5.2): nothing a player could mend. */
const REFUSES_OUR_CLIENT = new Set(["invalid_client", "unauthorized_client"]);

/** Translates an error of Google's libraries; its message may hold tokens and is dropped. */
export function googleError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (!(error instanceof GaxiosError) || !error.response) {
    return new ApiError("google_unavailable", { cause: error });
  }
  const { status, data } = error.response;
  const { error: code, error_description: description } = Object(data) as Record<string, unknown>;
  if (typeof code === "string" && REFUSES_OUR_CLIENT.has(code)) {
    const setting = /not found/i.test(String(description)) ? "GOOGLE_CLIENT_ID" : "GOOGLE_CLIENT_SECRET";
    return new ApiError("google_unavailable", { cause: code, setting });
  }
  if (status === 400 || status === 401 || status === 403) return new ApiError("google_token_invalid");
  return new ApiError("google_unavailable", { cause: googleCause(error) });
}

/** What kept Google from answering, for the log: an HTTP status, or the error of the connection. */
export function googleCause(error: unknown): unknown {
  if (error instanceof ApiError) return error.cause;
  return error instanceof GaxiosError && error.response ? `http_${error.response.status}` : error;
}
