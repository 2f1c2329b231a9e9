import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createApp } from "../../src/app";
import type { Clock } from "../../src/clock";
import type { Config } from "../../src/config/config";
import { openDatabase } from "../../src/db/database";
import { runtime } from "../../src/host/bun";
import { createProviders } from "../../src/identity/providers";
import { memoryStore } from "../../src/limits/store";
import { createLog } from "../../src/log/log";
import { loadKeyRing } from "../../src/session/keys";
import type { FromHosted, ToHosted } from "./messages";

// What `startTestServer` starts in this process, in one of its own, so that a build puts another runtime under it. Lines of
// JSON come on standard input and go on standard output.

const say = (message: FromHosted) => process.stdout.write(`${JSON.stringify(message)}\n`);

async function start(config: Config, clockFile: string) {
  const passedMs = (): { passedMs: number; offMs: number } => JSON.parse(readFileSync(clockFile, "utf8"));
  const now = () => {
    const { passedMs: passed, offMs } = passedMs();
    return new Date(Date.now() + passed + offMs);
  };
  const clock: Clock = {
    now,
    monotonic: () => performance.now() + passedMs().passedMs,
    databaseNow: now,
  };
  const database = await openDatabase(config.database);
  const log = createLog(config, { write: (line) => say({ terminal: line }) });
  const app = createApp({
    config,
    database,
    limitStore: memoryStore,
    keyRing: await loadKeyRing(config.security, config.dataDir),
    clock,
    log,
    providers: createProviders({ config, clock, fetch }),
  });
  const server = await runtime.listen({ hostname: "127.0.0.1", port: 0, fetch: app.fetch });
  app.server = server as unknown as typeof app.server;
  say({ port: server.port, runtime: `${runtime.name} ${runtime.version}` });
  return {
    async flush() {
      await log.flush();
      say({ flushed: true, lostLines: log.lostLines });
    },
    async stop() {
      await server.stop(true);
      await log.close();
      await database.close();
      process.exit(0);
    },
  };
}

let started: ReturnType<typeof start> | undefined;
for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line) as ToHosted;
  if ("config" in message) started = start(message.config, join(message.folder, "clock.json"));
  const server = await started;
  if ("flush" in message) await server?.flush();
  if ("stop" in message) await server?.stop();
}
process.exit(0);
