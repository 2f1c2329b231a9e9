import { loadConfig } from "./config/config";
import { banner } from "./host/banner";
import { startErrorMessage } from "./host/listen";
import { startServer } from "./host/start";
import { isWorker, startWorkers } from "./host/workers";
import { createLog } from "./log/log";
import { standardOutput } from "./log/standard-output";

const DRAIN_LIMIT_MS = 60_000;

try {
  const config = loadConfig({ cwd: process.cwd(), env: process.env });
  const log = createLog(config, standardOutput());
  if (!isWorker) for (const line of config.warnings) log.warn(line);
  const server = await startServer(config, log, (line) => console.log(line));
  const workers = isWorker ? null : startWorkers(config.server.workers - 1, server.besides, log);

  let stopping = false;
  const shutDown = async (signal: string) => {
    if (stopping) return;
    stopping = true;
    log.info(`${signal}: finishing what was accepted`);
    setTimeout(() => process.exit(1), DRAIN_LIMIT_MS).unref();
    await Promise.all([server.stop(), workers?.stop()]);
    await log.close();
    process.exit(0);
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, shutDown);
  if (isWorker) process.on("disconnect", () => shutDown("The main process is gone"));
  else console.log(banner(config, server));
} catch (error) {
  console.error(startErrorMessage(error));
  process.exit(1);
}
