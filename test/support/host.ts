import { resolve } from "node:path";

const ENTRY = resolve(import.meta.dirname, "../../src/index.ts");
const PATIENCE_MS = 90_000;

export type HostOptions = {
  /** Working folder: config.yml, .env, data and logs. */
  cwd: string;
  env?: Record<string, string>;
  /** What starts it, when not `bun run src/index.ts`. */
  command?: string[];
};

export type Host = {
  readonly pid: number;
  stdout(): string;
  stderr(): string;
  /** Where it answers, once its banner is there. */
  ready(): Promise<string>;
  /** Resolves when the terminal shows this; rejects when it exits without. */
  shows(pattern: RegExp): Promise<RegExpExecArray>;
  kill(signal: NodeJS.Signals): void;
  readonly exited: Promise<number>;
};

/** The server as people run it, `bun run src/index.ts`, in a process of its own that inherits no setting. */
export function startHost({ cwd, env = {}, command = [process.execPath, "run", ENTRY] }: HostOptions): Host {
  const child = Bun.spawn(command, {
    cwd,
    env: {
      PATH: process.env.PATH ?? "",
      HOME: cwd,
      SERVER_HOST: "127.0.0.1",
      SERVER_PORT: "0",
      ...env,
    },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const texts = { stdout: "", stderr: "" };
  const watchers = new Set<() => void>();
  const read = async (name: keyof typeof texts) => {
    const decoder = new TextDecoder();
    for await (const chunk of child[name]) {
      texts[name] += decoder.decode(chunk, { stream: true });
      for (const look of watchers) look();
    }
  };
  const reading = Promise.all([read("stdout"), read("stderr")]);
  const exited = child.exited.then(async (code) => {
    await reading;
    return code;
  });

  const shows = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((found, fail) => {
      const end = (settle: () => void) => {
        watchers.delete(look);
        clearTimeout(timer);
        settle();
      };
      const look = () => {
        const match = pattern.exec(texts.stdout) ?? pattern.exec(texts.stderr);
        if (match) end(() => found(match));
      };
      const complain = (why: string) =>
        end(() => fail(new Error(`${pattern} ${why}:\n${texts.stdout}${texts.stderr}`)));
      const timer = setTimeout(complain, PATIENCE_MS, "did not show in time");
      watchers.add(look);
      exited.then(() => complain("did not show before the exit"));
      look();
    });

  return {
    pid: child.pid,
    stdout: () => texts.stdout,
    stderr: () => texts.stderr,
    ready: async () => `http://127.0.0.1:${(await shows(/API +http:\/\/localhost:(\d+)\/api/))[1]}`,
    shows,
    kill: (signal) => child.kill(signal),
    exited,
  };
}
