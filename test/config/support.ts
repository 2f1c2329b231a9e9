import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Config, ConfigError, loadConfig } from "../../src/config/config";

export type Given = {
  env?: Record<string, string | undefined>;
  /** The text of config.yml; absent: there is none. */
  yaml?: string;
  /** The text of .env; absent: there is none. */
  dotEnv?: string;
};

export const STRONG_SECRET = "0f1e2d3c4b5a69788796a5b4c3d2e1f00123456789abcdeffedcba9876543210";

/** Everything that production insists on. */
export const PRODUCTION = {
  NODE_ENV: "production",
  DB_USER: "accounts",
  DB_PASSWORD: "5f0c9b1e7a3d4862b7d1e0a9c4f83621",
  GOOGLE_CLIENT_ID: "1234.apps.googleusercontent.com",
  GOOGLE_CLIENT_SECRET: "google-client-secret",
  JWT_SECRET: STRONG_SECRET,
  REFRESH_TOKEN_SECRET: [...STRONG_SECRET].reverse().join(""),
  SERVER_PUBLIC_URL: "https://accounts.example",
};

/** Reads a configuration from a folder of its own. */
export function load({ env = {}, yaml, dotEnv }: Given = {}): Config {
  return inFolder((cwd) => {
    if (yaml !== undefined) writeFileSync(join(cwd, "config.yml"), yaml);
    if (dotEnv !== undefined) writeFileSync(join(cwd, ".env"), dotEnv);
    return loadConfig({ cwd, env });
  });
}

/** Works in a new folder, which is gone afterwards. */
export function inFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "account-server-config-"));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The problems that stop the start, without their dashes. */
export function problems(given: Given): string[] {
  try {
    load(given);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const [headline, ...lines] = error.message.split("\n");
    const count = lines.length === 1 ? "1 problem" : `${lines.length} problems`;
    if (headline !== `The configuration has ${count}:`) throw error;
    return lines.map((line) => line.replace(/^ {2}- /, ""));
  }
  return [];
}

/** The problem that stops the start, when there is exactly one; else all of them. */
export function problem(given: Given): string {
  return problems(given).join("\n");
}
