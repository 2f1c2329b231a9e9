import { STATUS_CODES } from "node:http";

/** The words of a status (RFC 9110 §15) as one name: `NotFound`. */
export function reasonPhrase(status: number): string {
  return (STATUS_CODES[status] ?? `Status${status}`).replaceAll(/[^A-Za-z0-9]/g, "");
}
