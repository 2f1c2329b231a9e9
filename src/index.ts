import { loadConfig } from "./config/config";
import { banner } from "./host/banner";
import type { Channel } from "./host/fleet-metrics";
import { forwardLog } from "./host/forwarded-log";
import { receiveConfig } from "./host/handed-config";
import { bypassProxyForLoopback } from "./host/proxy-bypass";
import { shutDownOnSignal } from "./host/shut-down";
import { startServer } from "./host/start";
import { startFailureCode, startFailureMessage } from "./host/start-failure";
import { isWorker, startWorkers } from "./host/workers";
import { createLog } from "./log/log";
import { standardOutput } from "./log/standard-output";

try {
  const config = isWorker
    ? await receiveConfig(process)
    : loadConfig({ cwd: process.cwd(), env: process.env });
  bypassProxyForLoopback(process.env);
  const forwarded = isWorker ? forwardLog(process) : null;
  const log = createLog(config, forwarded?.output ?? standardOutput(), forwarded?.openFile);
  if (!isWorker) for (const line of config.warnings) log.warn(line);
  const server = await startServer(config, log, (line) => console.log(line));
  if (isWorker) {
    process.on("message", (message) => server.metrics?.receive(message, process as unknown as Channel));
    const shutDown = shutDownOnSignal(log, [server]);
    const follow = () => shutDown("The first process is gone");
    process.on("disconnect", follow);
    // It may have gone while this process started, and then says so no more.
    if (!process.connected) follow();
  } else {
    const workers = startWorkers(config.server.workers - 1, server.workerConfig, log, server.metrics);
    shutDownOnSignal(log, [server, workers]);
    console.log(banner(config, server));
  }
} catch (error) {
  console.error(startFailureMessage(error));
  process.exit(startFailureCode(error));
}
