import { z } from "zod";

/** The kinds of value that `config.yml` and the environment share. */
export const text = z.string().min(1);
export const port = z.number().int().min(0).max(65_535);
export const minutes = z.number().positive().max(525_600);
export const days = z.number().positive().max(3_650);
/** Longer than any answer takes, which the same timer would cut off; Bun counts no further than 255. */
export const keepAliveSeconds = z.number().int().min(20).max(255);
export const logLevel = z
  .string()
  .transform((level) =>
    level
      .toLowerCase()
      .replace(/^warning$/, "warn")
      .replace(/^critical$/, "fatal"),
  )
  .pipe(z.enum(["trace", "debug", "info", "warn", "error", "fatal"]));
export const jwtAlgorithm = z.enum(["HS256", "HS384", "HS512", "ES256", "RS256", "EdDSA"]);

export const LOOPBACK_HOSTS = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** True for a URL whose host is this machine by name or address (RFC 8252 §7.3). */
export function isLoopback(url: URL): boolean {
  return LOOPBACK_HOSTS.has(url.hostname);
}

/** An `https:` URL, or `http:` to this machine for tests and the local Google. */
export const secureUrl = z.string().refine((text) => {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url));
}, "must be an https: URL (http: only to localhost)");

/** The same, as the beginning of a provider's addresses. */
export const baseUrl = secureUrl.transform((url) => url.replace(/\/+$/, ""));

const KUBERNETES =
  "is an address that Kubernetes sets for a service of this name; rename the service, or set enableServiceLinks: false for the pod";

/** A setting of the environment is text: parse a whole or decimal number first. */
export function fromText<T extends z.ZodType<number, number>>(schema: T) {
  return z
    .string()
    .superRefine((text, context) => {
      if (/^tcp:\/\//.test(text)) context.addIssue(KUBERNETES);
      else if (!/^\d+(\.\d+)?$/.test(text.trim())) context.addIssue("must be a number");
    })
    .transform(Number)
    .pipe(schema as unknown as z.ZodType<z.output<T>, number>);
}

export const flag = z
  .string()
  .transform((text) => text.trim().toLowerCase())
  .pipe(z.enum(["true", "false", "on", "off", "1", "0", "yes", "no"]))
  .transform((text) => ["true", "on", "1", "yes"].includes(text));
