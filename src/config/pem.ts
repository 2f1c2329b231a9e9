import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Problems } from "./problems";

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----([\s\S]*?)-----END \1-----/g;

/**
 * PEM (RFC 7468) out of what people paste: with `\n` as two characters, spaces for newlines, quotes around it, or a
 * byte order mark before it. What holds no block, or headers inside one, stays as it is.
 */
export function repairPem(text: string): string {
  const unescaped = text.replace(/\\r/g, "").replaceAll("\\n", "\n");
  const blocks = [...unescaped.matchAll(BLOCK)];
  if (blocks.length === 0 || blocks.some(([, , body]) => body?.includes(":"))) return unescaped;
  return blocks.map(([, label = "", body = ""]) => block(label, body.replace(/\s+/g, ""))).join("");
}

/** The PEM in a file, repaired; undefined, and a problem under `name`, when it cannot be read. */
export function readPemFile(name: string, path: string, cwd: string, problems: Problems): string | undefined {
  try {
    return repairPem(readFileSync(resolve(cwd, path), "utf8"));
  } catch (error) {
    problems.add(`${name}: cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown error"})`);
    return undefined;
  }
}

function block(label: string, base64: string): string {
  const lines = base64.match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}
