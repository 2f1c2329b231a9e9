import { tmpdir } from "node:os";
import { createApp } from "../../src/app";
import type { Clock } from "../../src/clock";
import { loadConfig } from "../../src/config/config";
import type { Database } from "../../src/db/database";
import { createProviders } from "../../src/identity/providers";
import { memoryStore } from "../../src/limits/store";
import { createLog } from "../../src/log/log";
import { loadKeyRing } from "../../src/session/keys";
import type { AnswerBody } from "./requests";
import { JWT_SECRET } from "./server";

/** Where an app without a socket takes itself to be. */
export const ORIGIN = "http://localhost:8000";

export type InProcessAnswer = { status: number; headers: Headers; body: AnswerBody };

/** One process of the server without its socket and its files: requests go straight into the app. */
export type InProcess = {
  /** POSTs JSON, or a form where `body` is one; without a body it is a GET. */
  send(
    path: string,
    body: object | URLSearchParams | null,
    headers?: Record<string, string>,
  ): Promise<InProcessAnswer>;
};

/** The real app over a database, with limits off and a log that keeps nothing. */
export async function startInProcess(database: Database, clock: Clock): Promise<InProcess> {
  const config = loadConfig({ cwd: tmpdir(), env: { JWT_SECRET, RATE_LIMIT: "off", LOG_LEVEL: "fatal" } });
  const nowhere = { write() {}, flush: async () => {}, close: async () => {}, lostLines: 0 };
  const app = createApp({
    config,
    database,
    limitStore: memoryStore,
    keyRing: await loadKeyRing(config.security, config.dataDir),
    clock,
    log: createLog(config, nowhere, () => nowhere),
    providers: createProviders({ config, clock, fetch }),
  });
  return {
    async send(path, body, headers = {}) {
      const response = await app.fetch(new Request(ORIGIN + path, requestOf(body, headers)));
      const text = await response.text();
      return { status: response.status, headers: response.headers, body: text ? JSON.parse(text) : {} };
    },
  };
}

function requestOf(body: object | URLSearchParams | null, headers: Record<string, string>): RequestInit {
  if (body === null) return { headers };
  if (body instanceof URLSearchParams) return { method: "POST", body, headers };
  const json = { "content-type": "application/json", ...headers };
  return { method: "POST", body: JSON.stringify(body), headers: json };
}
