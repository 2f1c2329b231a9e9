import { loadConfig } from "../config/config";
import { createLog } from "../log/log";
import { standardOutput } from "../log/standard-output";
import { banner } from "./banner";
import type { Channel } from "./fleet-metrics";
import { forwardLog } from "./forwarded-log";
import { receiveConfig } from "./handed-config";
import { bypassProxyForLoopback } from "./proxy-bypass";
import type { Runtime } from "./runtime";
import { shutDownOnSignal } from "./shut-down";
import { startServer } from "./start";
import { startFailureCode, startFailureMessage } from "./start-failure";
import { isWorker, startWorkers } from "./workers";

/** Runs the server, as the first process or as a worker, until a signal ends it; a start that fails ends the process. */
export async function run(runtime: Runtime): Promise<void> {
  const { firstProcess } = runtime;
  try {
    const config = isWorker
      ? await receiveConfig(firstProcess)
      : loadConfig({ cwd: process.cwd(), env: process.env });
    bypassProxyForLoopback(process.env);
    const forwarded = isWorker ? forwardLog(firstProcess) : null;
    const log = createLog(config, forwarded?.output ?? standardOutput(), forwarded?.openFile);
    if (!isWorker) for (const line of config.warnings) log.warn(line);
    const server = await startServer(config, log, (line) => console.log(line), runtime);
    if (isWorker) {
      firstProcess.on("message", (message) => server.metrics?.receive(message, firstProcess as Channel));
      const shutDown = shutDownOnSignal(log, [server]);
      const follow = () => shutDown("The first process is gone");
      firstProcess.on("disconnect", follow);
      // It may have gone while this process started, and then says so no more.
      if (!firstProcess.connected) follow();
    } else {
      const count = config.server.workers - 1;
      const workers = startWorkers(runtime, count, server.workerConfig, log, server.metrics);
      shutDownOnSignal(log, [server, workers]);
      console.log(banner(config, server));
    }
  } catch (error) {
    console.error(startFailureMessage(error));
    process.exit(startFailureCode(error));
  }
}
