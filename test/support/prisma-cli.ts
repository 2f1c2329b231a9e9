import { resolve } from "node:path";
import type { DatabaseConfig } from "../../src/config/config";

const ROOT = resolve(import.meta.dirname, "../..");

export type CliRun = { exitCode: number; output: string };

/** Runs `bunx prisma …` as a developer does: in a terminal, with an empty home. */
export async function prismaCli(database: DatabaseConfig, home: string, ...args: string[]): Promise<CliRun> {
  const decoder = new TextDecoder();
  let output = "";
  const child = Bun.spawn(["bunx", "prisma", ...args], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH,
      HOME: home,
      NO_COLOR: "1",
      CHECKPOINT_DISABLE: "1",
      ...environment(database),
    },
    terminal: {
      cols: 200,
      rows: 50,
      data(_terminal, data) {
        output += decoder.decode(data, { stream: true });
      },
    },
  });
  const exitCode = await child.exited;
  child.terminal?.close();
  return { exitCode, output };
}

/** The settings that name a database. */
export function environment(database: DatabaseConfig): Record<string, string> {
  if (database.kind === "embedded") return { EMBEDDED_DATA_DIR: database.dataDir };
  return {
    DB_HOST: database.host,
    DB_PORT: String(database.port),
    DB_NAME: database.database,
    DB_USER: database.user,
    ...(database.password === undefined ? {} : { DB_PASSWORD: database.password }),
  };
}
