import { GaxiosError } from "gaxios";
import { ApiError } from "../errors";
import { clientRefusal } from "./client-refusal";

const SETTINGS = { clientId: "GOOGLE_CLIENT_ID", clientSecret: "GOOGLE_CLIENT_SECRET" };

/** Translates an error of Google's libraries; its message may hold tokens and is dropped. */
export function googleError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (!(error instanceof GaxiosError) || !error.response) {
    return new ApiError("google_unavailable", { cause: error });
  }
  const { status, data } = error.response;
  const refused = clientRefusal(Object(data), SETTINGS);
  if (refused) return new ApiError("google_unavailable", refused);
  if (status === 400 || status === 401 || status === 403) return new ApiError("google_token_invalid");
  return new ApiError("google_unavailable", { cause: googleCause(error) });
}

/** What kept Google from answering, for the log: an HTTP status, or the error of the connection. */
export function googleCause(error: unknown): unknown {
  if (error instanceof ApiError) return error.cause;
  return error instanceof GaxiosError && error.response ? `http_${error.response.status}` : error;
}
