import { relative } from "node:path";
import type { Config } from "../config/config";

export type Addresses = {
  /** Where players reach the server. */
  origin: string;
  /** Where the stand-in for Google listens, when it does. */
  localGoogle: string | null;
};

/** What the terminal shows once the server answers. */
export function banner(config: Config, { origin, localGoogle }: Addresses): string {
  const { database } = config;
  const rows: [string, string][] = [
    ...row(config.mode === "development", "Play", `${origin}/play`),
    ["API", `${origin}/api`],
    ...row(config.server.explorer, "Explorer", `${origin}/swagger`),
    [
      "Database",
      database.kind === "embedded"
        ? `embedded, in ${relativePath(database.dataDir)}`
        : `PostgreSQL, ${database.database} at ${database.host}:${database.port}`,
    ],
    ["Google", localGoogle ? `${localGoogle}  (a local stand-in, not Google)` : "accounts.google.com"],
    ["Log", `${relativePath(config.logDir)}/login.log`],
  ];
  const lines = rows.map(([label, value]) => `  ${label.padEnd(10)}${value}`);
  return `\n  Account server · ${config.mode}\n\n${lines.join("\n")}\n`;
}

function row(shown: boolean, label: string, value: string): [string, string][] {
  return shown ? [[label, value]] : [];
}

function relativePath(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith("..") ? path : `./${short}`;
}
