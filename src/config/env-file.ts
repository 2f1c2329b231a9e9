import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import type { Problems } from "./problems";

/**
 * The variables of a `.env`, quoted as dotenv documents it; `$` stands for itself. This is the only reader:
 * bunfig.toml keeps Bun's own, which expands `$`, from the file. A missing file has no variables.
 */
export function readEnvFile(path: string, problems: Problems): NodeJS.Dict<string> {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(path));
    if (!text.includes("\0")) return parseEnv(text);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return {};
    if (code !== "ERR_ENCODING_INVALID_ENCODED_DATA") {
      problems.add(`.env: cannot be read (${code ?? "unknown error"})`);
      return {};
    }
  }
  problems.add(".env: is not UTF-8; save it in that encoding");
  return {};
}
