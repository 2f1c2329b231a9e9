import type { z } from "zod";
import { isLoopback } from "./fields";

/** The configuration cannot be used. The message lists every problem, one a line, and no secret. */
export class ConfigError extends Error {
  override name = "ConfigError";
}

/** Collects what is wrong, so that the start fails once with all of it, and what is only doubtful. */
export class Problems {
  private readonly lines: string[] = [];
  /** What does not stop the start, one sentence each. */
  readonly warnings: string[] = [];

  add(line: string): void {
    if (!this.lines.includes(line)) this.lines.push(line);
  }

  /** Refuses a provider's address that is of this machine, for production. @param what names it */
  addIfLoopback(what: string, url: string): void {
    if (isLoopback(new URL(url))) this.add(`${what}: a stand-in on this machine is refused in production`);
  }

  warn(line: string): void {
    if (!this.warnings.includes(line)) this.warnings.push(line);
  }

  addIssues(prefix: string, issues: readonly z.core.$ZodIssue[]): void {
    for (const issue of issues) {
      const path = issue.path.join(".");
      if (issue.code === "unrecognized_keys") {
        for (const key of issue.keys) this.add(`${prefix}${path ? `${path}.` : ""}${key}: unknown setting`);
      } else {
        this.add(`${prefix}${path || "(top level)"}: ${lowerFirst(issue.message)}`);
      }
    }
  }

  throwIfAny(): void {
    if (this.lines.length === 0) return;
    const count = this.lines.length === 1 ? "1 problem" : `${this.lines.length} problems`;
    throw new ConfigError(
      `The configuration has ${count}:\n${this.lines.map((line) => `  - ${line}`).join("\n")}`,
    );
  }
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
