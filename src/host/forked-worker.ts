import { fork } from "node:child_process";
import type { FirstProcess, WorkerOptions, WorkerProcess } from "./runtime";

/** Starts this program once more (`node:child_process`), with a channel between the two. */
export function forkWorker({ env, onMessage, onExit }: WorkerOptions): WorkerProcess {
  const [, program = ""] = process.argv;
  const child = fork(program, {
    env,
    execArgv: process.execArgv,
    serialization: "advanced",
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const ended = Promise.withResolvers<void>();
  const worker: WorkerProcess = {
    pid: child.pid ?? 0,
    send(message) {
      if (!child.connected) throw new Error("the worker is gone");
      child.send(message, ignoreLoss);
    },
    kill: (signal) => void child.kill(signal),
    exited: ended.promise,
  };
  child.on("message", (message) => onMessage(message, worker));
  child.on("error", () => {});
  child.on("exit", (code) => {
    ended.resolve();
    onExit(worker, code);
  });
  return worker;
}

/** This process, whose `send` says false when a message cannot be sent, and not when it has to wait. */
export const forkedBy: FirstProcess = {
  on: (...listener: Parameters<FirstProcess["on"]>) => process.on(...listener),
  once: (...listener: Parameters<FirstProcess["once"]>) => process.once(...listener),
  off: (...listener: Parameters<FirstProcess["off"]>) => process.off(...listener),
  get connected() {
    return process.connected;
  },
  stdout: process.stdout,
  send(message) {
    if (!process.connected || !process.send) return false;
    process.send(message, ignoreLoss);
    return true;
  },
} as FirstProcess;

/** What was on its way to a process that ended is lost with it; without this the sender would end as well. */
function ignoreLoss(): void {}
