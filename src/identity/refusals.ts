import { ApiError, type ApiErrorOptions, type ErrorCode } from "../errors";
import { GOOGLE } from "./provider";

/** What may be wrong with a proof: it does not hold, it was made for another application, or nobody can tell. */
type Refusal = "token_invalid" | "audience_mismatch" | "unavailable";

/** The codes of Google, which were here before there was another provider, and those of all others. */
const CODES: Record<"google" | "others", Record<Refusal, ErrorCode>> = {
  google: {
    token_invalid: "google_token_invalid",
    audience_mismatch: "google_audience_mismatch",
    unavailable: "google_unavailable",
  },
  others: {
    token_invalid: "provider_token_invalid",
    audience_mismatch: "provider_audience_mismatch",
    unavailable: "provider_unavailable_now",
  },
};

/** The error for a proof that a provider, or nobody in its place, vouches for. */
export function refusal(provider: string, kind: Refusal, options: ApiErrorOptions = {}): ApiError {
  return new ApiError(CODES[provider === GOOGLE ? "google" : "others"][kind], options);
}
