import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The blocks of code of a page below `docs/`, in one language, as they stand there. */
export function codeBlocks(page: string, language: string): string[] {
  const text = readFileSync(join(import.meta.dirname, "../../docs", page), "utf8");
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, "gms"))].map(
    ([, code = ""]) => code,
  );
}
