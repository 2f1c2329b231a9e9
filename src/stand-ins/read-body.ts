import type { z } from "zod";
import { OAuthError } from "./oauth/oauth-error";

/** @throws {OAuthError} `invalid_request`, which repeats nothing of the body. */
export function readBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.infer<Schema> {
  const read = schema.safeParse(body);
  if (read.success) return read.data;
  throw new OAuthError("invalid_request", "The body has a wrong or unknown field.");
}
