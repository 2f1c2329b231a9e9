import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { OtherRuntime } from "../../scripts/build-host";
import type { Config } from "../../src/config/config";
import type { FromHosted, ToHosted } from "./messages";
import { commandFor } from "./programs";

/** The app in a process of another runtime. */
export type HostedServer = {
  port: number;
  /** Lines that login.log could not take, at the last flush. */
  lostLogLines(): number;
  flushLog(): Promise<void>;
  terminal(): string;
  stop(): Promise<void>;
};

/** Where the time of a server in another process is written down; it reads it whenever it wants to know it. */
export function writeClock(folder: string, time: { passedMs: number; offMs: number }): void {
  writeFileSync(join(folder, "clock.json"), JSON.stringify(time));
}

/**
 * Starts the app that `program` is built of, in a runtime.
 * @param folder where its clock is
 */
export async function startHostedServer(
  runtime: OtherRuntime,
  program: string,
  config: Config,
  folder: string,
): Promise<HostedServer> {
  if (!isDeepStrictEqual(JSON.parse(JSON.stringify(config)), definedMembers(config)))
    throw new Error("The configuration has something that JSON cannot say.");
  const child = Bun.spawn(commandFor(runtime, program), {
    env: { PATH: process.env.PATH ?? "", HOME: folder },
    cwd: folder,
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
  });
  let terminal = "";
  let lostLines = 0;
  const started = Promise.withResolvers<number>();
  const flushes: (() => void)[] = [];
  const take = (message: FromHosted) => {
    if ("port" in message) started.resolve(message.port);
    else if ("terminal" in message) terminal += message.terminal;
    else {
      lostLines = message.lostLines;
      flushes.shift()?.();
    }
  };
  const reading = (async () => {
    let text = "";
    const decoder = new TextDecoder();
    for await (const chunk of child.stdout) {
      const lines = (text + decoder.decode(chunk, { stream: true })).split("\n");
      text = lines.pop() ?? "";
      for (const line of lines) take(JSON.parse(line));
    }
  })();
  child.exited.then(() => started.reject(new Error(`${runtime} did not start the server.`)));
  const tell = async (message: ToHosted) => {
    child.stdin.write(`${JSON.stringify(message)}\n`);
    await child.stdin.flush();
  };
  await tell({ config, folder });
  return {
    port: await started.promise,
    lostLogLines: () => lostLines,
    async flushLog() {
      const flushed = new Promise<void>((done) => flushes.push(done));
      await tell({ flush: true });
      await flushed;
    },
    terminal: () => terminal,
    async stop() {
      await tell({ stop: true });
      await child.exited;
      await reading;
    },
  };
}

function definedMembers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(definedMembers);
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  const defined = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(defined.map(([name, member]) => [name, definedMembers(member)]));
}
