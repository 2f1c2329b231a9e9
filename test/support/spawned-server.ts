import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { startLocalGoogle } from "../../src/stand-ins/google/start";
import { googleUrlVariables } from "./google-urls";

const HOST = resolve(import.meta.dirname, "../../src/index.ts");
const START_LIMIT_MS = 90_000;
const CLIENT_ID = "faulty-game.apps.googleusercontent.com";
const CLIENT_SECRET = "faulty-game-secret";

export type SpawnedServer = {
  origin: string;
  pid: number;
  /** Everything it printed so far. */
  output(): string;
  /** kill -9; resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGTERM; resolves with the exit code. */
  terminate(): Promise<number>;
  exited: Promise<number>;
};

export type Spawn = {
  /** Where it works: data and logs. */
  folder: string;
  env?: Record<string, string>;
  /** A module to load into the process first. */
  preload?: string;
  /** The entry of another release. */
  entry?: string;
  /** The server as one file, in place of its sources. */
  executable?: string;
  /** What runs it, when it is neither. */
  command?: string[];
};

/** The real server in a process of its own, on a port of its own; resolves when it answers. */
export async function spawnServer({
  folder,
  env = {},
  preload,
  entry = HOST,
  executable,
  command = executable ? [executable] : undefined,
}: Spawn): Promise<SpawnedServer> {
  const flags = ["--no-orphans", ...(preload ? ["--preload", preload] : [])];
  const child = Bun.spawn(command ?? [process.execPath, "run", ...flags, entry], {
    cwd: folder,
    env: {
      PATH: process.env.PATH ?? "",
      HOME: folder,
      SERVER_HOST: "127.0.0.1",
      SERVER_PORT: "0",
      RATE_LIMIT: "off",
      LOG_LEVEL: "warn",
      ...env,
    },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  let output = "";
  const started = Promise.withResolvers<string>();
  const read = async (stream: ReadableStream<Uint8Array>) => {
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      output += decoder.decode(chunk, { stream: true });
      // Behind a public URL the banner does not say the port.
      const shown = /API\s+https?:\/\/[^\s/:]+(?::(\d+))?\/api/.exec(output);
      if (shown) started.resolve(`http://127.0.0.1:${env.SERVER_PORT ?? shown[1]}`);
    }
  };
  const reading = Promise.all([read(child.stdout), read(child.stderr)]);
  const fail = (why: string) => started.reject(new Error(`The server ${why}:\n${output}`));
  child.exited.then(() => reading.then(() => fail("did not start")));
  const timer = setTimeout(() => fail("took too long to start"), START_LIMIT_MS);
  const stop = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    return child.exited;
  };
  try {
    return {
      origin: await started.promise,
      pid: child.pid,
      output: () => output,
      kill: async () => void (await stop("SIGKILL")),
      terminate: () => stop("SIGTERM"),
      exited: child.exited,
    };
  } catch (error) {
    await stop("SIGKILL");
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** A folder for one server to work in. */
export function serverFolder(world: AsyncDisposableStack, configYml = ""): string {
  const folder = mkdtempSync(join(tmpdir(), "account-server-faults-"));
  world.defer(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "config.yml"), configYml);
  return folder;
}

/** What a server wrote to login.log. @throws when a line is not whole */
export function loggedEvents(folder: string): { event: string; request_id: string }[] {
  const text = readFileSync(join(folder, "logs/login.log"), "utf8");
  return text
    .trim()
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

/** A local Google that outlives the servers, and the settings that point them at it. */
export function googleOf(world: AsyncDisposableStack) {
  const google = startLocalGoogle({
    port: 0,
    clock: { now: () => new Date() },
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
  });
  world.defer(() => google.stop());
  return { ...google, env: googleEnv(google.urls) };
}

export function googleEnv(urls: ReturnType<typeof startLocalGoogle>["urls"]): Record<string, string> {
  return {
    JWT_SECRET: "0f1e2d3c4b5a69788796a5b4c3d2e1f06f1d2c3b4a5968778695a4b3c2d1e0f0",
    GOOGLE_CLIENT_ID: CLIENT_ID,
    GOOGLE_CLIENT_SECRET: CLIENT_SECRET,
    ...googleUrlVariables(urls),
  };
}
