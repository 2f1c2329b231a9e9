import { log } from "@clack/prompts";
import { AccountError } from "../../src/index.ts";

/** Says what came of a call, or why nothing did. */
export async function tell(work: () => Promise<string>): Promise<void> {
  try {
    log.success(await work());
  } catch (error) {
    explain(error);
  }
}

export function explain(error: unknown): void {
  if (!(error instanceof AccountError)) throw error;
  log.error(`${error.code}${error.reason ? ` (${error.reason})` : ""}: ${error.message}`);
}
