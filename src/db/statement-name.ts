import { createHash } from "node:crypto";

const names = new Map<string, string>();

/** A name for a statement after its text as well: what another release prepared under the name may be another one. */
export function statementName(name: string, text: string): string {
  let unique = names.get(text);
  if (unique === undefined) {
    unique = `${name}_${createHash("sha256").update(text).digest("hex").slice(0, 16)}`;
    names.set(text, unique);
  }
  return unique;
}
