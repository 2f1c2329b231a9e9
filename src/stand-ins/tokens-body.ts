import { z } from "zod";
import { readBody } from "./read-body";
import { PROVIDER_NAMES, type ProviderName } from "./stand-ins";

const tokensBody = z.looseObject({ provider: z.enum(PROVIDER_NAMES).default("google") });

/**
 * Whose tokens `POST /local/tokens` asks for, Google's unless it says, and what that stand-in has to read.
 *
 * @throws {OAuthError} `invalid_request` for a body that is no object or names no stand-in.
 */
export function readTokensBody(body: unknown): { provider: ProviderName; rest: object } {
  const { provider, ...rest } = readBody(tokensBody, body);
  return { provider, rest };
}
