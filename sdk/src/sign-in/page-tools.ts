import type { AccountError, cancelled } from "../errors.ts";
import type { completeWithAnswer, createAuthorizationRequest } from "./authorization.ts";
import type { redirectUriOf } from "./page-requirements.ts";

/** Handed over to sign-ins that are loaded on demand, which are to bring no second copy. */
export interface PageTools {
  readonly AccountError: typeof AccountError;
  readonly cancelled: typeof cancelled;
  readonly completeWithAnswer: typeof completeWithAnswer;
  readonly createAuthorizationRequest: typeof createAuthorizationRequest;
  readonly redirectUriOf: typeof redirectUriOf;
}
